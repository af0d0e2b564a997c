//! "Amara & Jon": who is on it, how far their invites got, and the day from the first van to the last.

use app::domain::rsvp::Rsvp;

use super::calendar::{ItemPlan, Part, Reached, item};
use super::history::Fate;

pub const PARTS: &[Part] = &[
    Part("Amara", "Bride", Reached::Invited(Fate::Delivered)),
    Part("Jon", "Groom", Reached::Invited(Fate::Delivered)),
    Part("Luis", "Band leader", Reached::Invited(Fate::Delivered)),
    Part("Priya", "Head chef", Reached::Invited(Fate::Delivered)),
    Part("Tomasz", "Sous-chef", Reached::NotYet),
    Part("Ingrid", "Florist", Reached::Invited(Fate::Delivered)),
    Part("Marcus", "Sound engineer", Reached::Invited(Fate::Delayed("452 4.2.2 mailbox full, over quota"))),
    Part("Zoë", "Photographer", Reached::Invited(Fate::Delivered)),
    Part("Kofi", "Best man", Reached::Invited(Fate::Bounced("550 5.1.1 <kofi.mensha@post.example>: no such user"))),
    Part("Hana", "Maid of honour", Reached::Invited(Fate::Delivered)),
    Part("Declan", "Chauffeur", Reached::Invited(Fate::Failed("provider outage: no attempt was made to deliver"))),
    Part("Béatrice", "Cake maker", Reached::Invited(Fate::Sent)),
    Part("Sunita", "Registrar", Reached::Invited(Fate::SpamReported)),
    Part("Owen", "Lighting designer", Reached::Invited(Fate::Delivered)),
    Part("Fatima", "Henna artist", Reached::Invited(Fate::DeliveredLate)),
    Part("Rasmus", "DJ", Reached::LinkOnly),
    Part("Chiara", "Videographer", Reached::Invited(Fate::Delivered)),
    Part("Grace", "Floor manager", Reached::Invited(Fate::Delivered)),
    Part("Isabel", "Fire marshal", Reached::NotYet),
];

/// What somebody answered, and how many hours ago.
pub struct AnswerPlan {
    pub who: &'static str,
    pub rsvp: Rsvp,
    pub hours_ago: i64,
    /// Their own words, which may be none; `None` when a member set the answer for them.
    pub note: Option<&'static str>,
}

const fn answer(who: &'static str, rsvp: Rsvp, hours_ago: i64, note: Option<&'static str>) -> AnswerPlan {
    AnswerPlan { who, rsvp, hours_ago, note }
}

pub const ANSWERS: &[AnswerPlan] = &[
    answer("Amara", Rsvp::Accepted, 60, None),
    answer("Jon", Rsvp::Accepted, 60, None),
    answer("Luis", Rsvp::Accepted, 17, Some("All four of us. Is there a plug behind the stage?")),
    answer("Priya", Rsvp::Accepted, 16, Some("")),
    answer("Ingrid", Rsvp::Accepted, 15, Some("")),
    answer("Zoë", Rsvp::Accepted, 9, Some("With an assistant, who does not eat meat.")),
    answer("Hana", Rsvp::Accepted, 5, Some("")),
    answer("Owen", Rsvp::Declined, 4, Some("In Rotterdam that weekend. Ask Nils, he knows the rig.")),
    answer("Chiara", Rsvp::Accepted, 3, Some("")),
    answer("Grace", Rsvp::Accepted, 40, None),
];

pub const ITEMS: &[ItemPlan] = &[
    item((8, 0), 30, "Doors to the yard open, vans in", "Slipway gate", &["Grace"])
        .details("One van at a time on the slipway. The band’s van stays."),
    item((8, 30), 30, "Flowers in", "Great Hall", &["Ingrid"]).details("Arch first, then the long tables."),
    item((9, 0), 60, "Light rig up", "Great Hall", &["Owen"]),
    item((10, 0), 30, "Henna touch-ups", "Loft", &["Fatima", "Amara"]),
    item((10, 30), 30, "Kitchen briefing", "Kitchen", &["Priya", "Tomasz"])
        .details("Two nut allergies at table 4, one coeliac at table 9."),
    item((11, 0), 30, "Sound check", "Stage", &["Marcus", "Luis"]),
    item((11, 30), 30, "Cake arrives", "Cold room", &["Béatrice"]).details("Four tiers. Nobody lifts it alone."),
    item((12, 0), 30, "Fire walk", "All floors", &["Isabel", "Grace"]).private(),
    item((12, 30), 60, "Portraits of the couple", "Slipway", &["Zoë", "Amara", "Jon"]),
    item((13, 30), 30, "Cars to the hotel", "Front court", &["Declan"]),
    item((14, 15), 25, "Guests arrive", "Front court", &["Grace"]),
    item((14, 40), 15, "Rings to the best man", "Loft", &["Kofi", "Jon"]).private(),
    item((15, 0), 40, "Ceremony", "Slipway Terrace", &["Sunita", "Amara", "Jon"])
        .details("Quartet plays in: second movement, then on the nod from the registrar."),
    item((15, 40), 20, "Drinks and canapés", "Slipway Terrace", &["Priya", "Luis"]),
    item((16, 0), 30, "Family photographs", "Boat steps", &["Zoë", "Hana"]),
    item((16, 15), 15, "Surprise film loaded and tested", "Booth", &["Chiara", "Kofi"]).private(),
    item((16, 30), 15, "Call to dinner", "Great Hall", &["Grace"]),
    item((16, 45), 105, "Dinner", "Great Hall", &["Priya", "Tomasz"]),
    item((18, 30), 15, "Speech: best man", "Great Hall", &["Kofi"]),
    item((18, 45), 15, "Speech: maid of honour", "Great Hall", &["Hana"]),
    item((19, 0), 10, "Surprise film", "Great Hall", &["Chiara", "Owen"]).details("House lights to 10%."),
    item((19, 15), 15, "Cake cut", "Great Hall", &["Béatrice", "Amara", "Jon"]),
    item((19, 45), 10, "First dance", "Great Hall", &["Luis", "Amara", "Jon"]),
    item((20, 0), 45, "First set", "Stage", &["Luis", "Marcus"]),
    item((20, 45), 30, "Band breaks, DJ holds", "Stage", &["Rasmus"]),
    item((21, 15), 45, "Second set", "Stage", &["Luis", "Marcus"]),
    item((22, 0), 90, "DJ", "Stage", &["Rasmus"]),
    item((23, 30), 20, "Sparklers on the slipway", "Slipway", &["Isabel", "Zoë"]),
    item((25, 0), 30, "Last cars", "Front court", &["Declan"]),
    item((25, 30), 0, "Hall closed", "Great Hall", &["Grace"]),
];
