//! The demo's address book. Every address is in a domain reserved for examples, so no mail can ever reach anybody.

pub struct PersonPlan {
    /// Nobody shares one: the other plans name people by it.
    pub first_name: &'static str,
    pub last_name: &'static str,
    pub organisation: &'static str,
    pub role: &'static str,
    pub email: Option<&'static str>,
    pub mobile: &'static str,
    pub notes: &'static str,
}

const fn person(
    first_name: &'static str,
    last_name: &'static str,
    organisation: &'static str,
    role: &'static str,
    email: &'static str,
) -> PersonPlan {
    PersonPlan { first_name, last_name, organisation, role, email: Some(email), mobile: "", notes: "" }
}

impl PersonPlan {
    const fn mobile(self, mobile: &'static str) -> Self {
        Self { mobile, ..self }
    }

    const fn notes(self, notes: &'static str) -> Self {
        Self { notes, ..self }
    }

    const fn without_address(self) -> Self {
        Self { email: None, ..self }
    }
}

pub const PEOPLE: &[PersonPlan] = &[
    person("Luis", "Ferreira", "Ferreira Quartet", "Band leader", "luis@ferreiraquartet.example")
        .mobile("+351 910 555 014")
        .notes("Needs parking for a van by the slipway. Two sets of 45 minutes."),
    person("Amara", "Nwosu", "", "Bride", "amara.nwosu@post.example").mobile("+351 910 555 022"),
    person("Jon", "Castellane", "", "Groom", "jon@castellane.example"),
    person("Priya", "Raman", "Raman Catering", "Head chef", "priya@ramancatering.example")
        .mobile("+351 910 555 031")
        .notes("Keeps the allergen sheet. Call, do not text, during service."),
    person("Tomasz", "Zieliński", "Raman Catering", "Sous-chef", "tomasz@ramancatering.example"),
    person("Ingrid", "Solberg", "Solberg Blomster", "Florist", "ingrid@solbergblomster.example"),
    person("Marcus", "Bell", "Bell & Daughters", "Sound engineer", "marcus@bellanddaughters.example"),
    person("Zoë", "Achterberg", "Studio Achterberg", "Photographer", "zoe@achterberg.example"),
    person("Kofi", "Mensah", "", "Best man", "kofi.mensha@post.example")
        .notes("Address as he wrote it on the guest list."),
    person("Hana", "Kobayashi", "", "Maid of honour", "hana@kobayashi.example"),
    person("Declan", "O’Rourke", "Quayside Cars", "Chauffeur", "declan@quaysidecars.example")
        .mobile("+351 910 555 047"),
    person("Béatrice", "Lemaire", "Pâtisserie Lemaire", "Cake maker", "beatrice@lemaire.example"),
    person("Sunita", "Desai", "City Registry", "Registrar", "s.desai@cityregistry.example"),
    person("Owen", "Pryce", "Lumen Rigs", "Lighting designer", "owen@lumenrigs.example"),
    person("Fatima", "Zahra Idrissi", "Idrissi Henna", "Henna artist", "fatima@idrissihenna.example"),
    person("Rasmus", "Lind", "", "DJ", "rasmus@lindsound.example"),
    person("Chiara", "Conti", "Conti Film", "Videographer", "chiara@contifilm.example"),
    person("Grace", "Adeyemi", "The Boathouse", "Floor manager", "grace@callboard.test").mobile("+351 910 555 002"),
    person("Yusuf", "Demir", "The Boathouse", "Bar manager", "yusuf@callboard.test").mobile("+351 910 555 003"),
    person("Nadia", "Petrova", "Harbour Lights", "Conference chair", "nadia@harbourlights.example"),
    person("Samuel", "Okonkwo", "Tidal Energy Forum", "Keynote speaker", "s.okonkwo@tidalforum.example"),
    person("Mei-Ling", "Chou", "Pacific Ports Review", "Moderator", "meiling.chou@portsreview.example"),
    person("Anders", "Holt", "Stage Left", "Stage manager", "anders@stageleft.example"),
    person("Lucía", "Fernández", "Dos Mares", "Interpreter", "lucia@dosmares.example"),
    person("Peter", "Whitlock", "Whitlock AV", "AV technician", "peter@whitlockav.example"),
    person("Aisha", "Karim", "Delta Institute", "Panellist", "a.karim@delta-institute.example"),
    person("Viktor", "Novák", "Breakwater Labs", "Panellist", "viktor@breakwaterlabs.example"),
    person("Emily", "Tran", "The Boathouse", "Registration desk", "emily@callboard.test"),
    person("Joaquim", "Sousa", "Port Authority", "Panellist", "joaquim.sousa@portauthority.example"),
    person("Ruth", "Abelman", "Abelman Security", "Security lead", "ruth@abelmansecurity.example"),
    person("Benedikt", "Krüger", "Küstenlabor", "Workshop host", "benedikt@kuestenlabor.example"),
    person("Siobhán", "Keane", "Harbour Lights", "Volunteer lead", "siobhan@harbourlights.example"),
    person("Darius", "Whitfield", "Northsea Grid", "Speaker", "darius.whitfield@northseagrid.example"),
    person("Olga", "Marchetti", "Il Molo", "Press", "olga@ilmolo.example"),
    person("Femi", "Balogun", "Balogun Pictures", "Photographer", "femi@balogunpictures.example"),
    person("Hugo", "Lindqvist", "Estuary Rowing Club", "Club secretary", "hugo@estuaryrowing.example"),
    person("Margarethe", "Voss", "Chandlers’ Guild", "Guild warden", "margarethe@chandlersguild.example"),
    person("Tariq", "Hassan", "", "Piano tuner", "tariq@hassanpianos.example"),
    person("Wren", "Calloway", "Calloway Ink", "Calligrapher", "wren@callowayink.example"),
    person("Isabel", "Duarte", "", "Fire marshal", "").without_address().mobile("+351 910 555 060"),
    person("Bao", "Nguyen", "Raman Catering", "Kitchen porter", "").without_address(),
];

/// The address somebody has now.
pub fn address_of(first_name: &str) -> Option<&'static str> {
    PEOPLE.iter().find(|person| person.first_name == first_name).and_then(|person| person.email)
}
