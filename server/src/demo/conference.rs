//! "Harbour Lights": a day of talks, with everybody who has to be somewhere at a given minute.

use super::calendar::{ItemPlan, Part, Reached, item};
use super::history::Fate;

pub const PARTS: &[Part] = &[
    Part("Nadia", "Chair", Reached::Invited(Fate::Delivered)),
    Part("Samuel", "Keynote speaker", Reached::Invited(Fate::Delivered)),
    Part("Mei-Ling", "Moderator", Reached::Invited(Fate::Delivered)),
    Part("Anders", "Stage manager", Reached::Invited(Fate::Delivered)),
    Part("Lucía", "Interpreter", Reached::Invited(Fate::DeliveredLate)),
    Part("Peter", "AV technician", Reached::Invited(Fate::Delivered)),
    Part("Aisha", "Panellist", Reached::Invited(Fate::Delivered)),
    Part("Viktor", "Panellist", Reached::Invited(Fate::Bounced("550 5.7.1 recipient rejected by policy"))),
    Part("Joaquim", "Panellist", Reached::Invited(Fate::Delayed("451 4.7.1 greylisted, try again later"))),
    Part("Emily", "Registration desk", Reached::Invited(Fate::Delivered)),
    Part("Ruth", "Security lead", Reached::Invited(Fate::Delivered)),
    Part("Benedikt", "Workshop host", Reached::LinkOnly),
    Part("Siobhán", "Volunteer lead", Reached::Invited(Fate::Delivered)),
    Part("Darius", "Speaker", Reached::Invited(Fate::Failed("the message could not be relayed: provider outage"))),
    Part("Olga", "Press", Reached::NotYet),
    Part("Femi", "Photographer", Reached::NotYet),
    Part("Luis", "Evening music", Reached::Invited(Fate::Delivered)),
    Part("Priya", "Catering", Reached::Invited(Fate::Delivered)),
    Part("Grace", "Floor manager", Reached::Invited(Fate::Delivered)),
];

pub const ITEMS: &[ItemPlan] = &[
    item((7, 0), 15, "House opens for crew", "Stage door", &["Grace", "Ruth"]),
    item((7, 15), 15, "Projectors, microphones, recording", "Great Hall", &["Peter", "Anders"]),
    item((7, 30), 30, "Volunteers’ briefing", "Loft", &["Siobhán"]),
    item((8, 0), 30, "Registration and coffee", "Foyer", &["Emily", "Priya"]),
    item((8, 30), 15, "Booth check with interpreters", "Booth", &["Lucía", "Peter"]),
    item((8, 45), 10, "Speakers’ call, first block", "Green room", &["Anders", "Samuel"]).private(),
    item((9, 0), 15, "Welcome", "Great Hall", &["Nadia"]),
    item((9, 15), 45, "Keynote: The harbour as a battery", "Great Hall", &["Samuel"]),
    item((10, 0), 15, "Questions", "Great Hall", &["Mei-Ling", "Samuel"]),
    item((10, 15), 30, "Coffee", "Foyer", &["Priya"]),
    item((10, 45), 15, "Panel: Who owns the shore?", "Great Hall", &["Mei-Ling", "Aisha", "Viktor", "Joaquim"]),
    item((11, 0), 45, "Workshop: Reading a tide table", "Workshop", &["Benedikt"]),
    item((11, 45), 30, "Talk: Wires under water", "Great Hall", &["Darius"]),
    item((12, 15), 15, "Group photograph", "Slipway", &["Femi", "Siobhán"]),
    item((12, 30), 15, "Lunch", "Slipway Terrace", &["Priya"]),
    item((12, 45), 45, "Press table", "Loft", &["Olga", "Nadia"]).private(),
    item((13, 30), 15, "Speakers’ call, second block", "Green room", &["Anders", "Aisha"]).private(),
    item((13, 45), 45, "Talk: Night shifts on the quay", "Great Hall", &["Aisha"]),
    item((14, 30), 45, "Talk: A port without diesel", "Great Hall", &["Joaquim"]),
    item((15, 15), 30, "Coffee", "Foyer", &["Priya"]),
    item((15, 45), 60, "Lightning talks", "Great Hall", &["Mei-Ling", "Anders"])
        .details("Five minutes each, hard stop."),
    item((16, 45), 30, "Closing words", "Great Hall", &["Nadia"]),
    item((17, 15), 15, "Security sweep, upper floors closed", "All floors", &["Ruth"]).private(),
    item((17, 30), 60, "Reception", "Slipway Terrace", &["Grace", "Priya"]),
    item((18, 30), 45, "Music on the terrace", "Slipway Terrace", &["Luis"]),
    item((20, 0), 120, "Strike and load-out", "Great Hall", &["Peter", "Anders"]),
];
