//! What is accepted, as what, and why not.

use proptest::prelude::*;

use super::*;

fn key(typed: &str) -> String {
    RecipientAddress::parse(typed).expect("a good address").key.0
}

#[test]
fn case_spaces_and_unicode_forms_are_one_address() {
    assert_eq!(key(" Ann.Lee@Example.COM "), key("ann.lee@example.com"));
    assert_eq!(key("zoe\u{308}@example.com"), key("zo\u{eb}@example.com"));
    assert_eq!(key("a@b\u{fc}cher.example"), "a@xn--bcher-kva.example");
}

#[test]
fn mail_servers_get_the_local_part_as_typed_and_the_domain_in_ascii() {
    let address = RecipientAddress::parse(" Zoe\u{308}@B\u{fc}cher.example").expect("a good address");
    assert_eq!((address.local(), address.ascii_domain()), ("Zo\u{eb}", "xn--bcher-kva.example"));
}

#[test]
fn b07_what_stands_around_an_address_is_taken_away() {
    for typed in [
        "ann.lee@example.com",
        "\u{200b}ann\u{200d}.lee@exam\u{2060}ple.com\u{feff}",
        "\u{202a}ann.lee@example.com\u{202c}\u{2066}\u{200f}",
        "\u{a0}ann.lee@example.com\u{3000}\r\n",
        "ann.lee@ex\u{ad}ample.com",
        "ann.lee@example.com.",
        "ann.lee@example.com,",
        " ann.lee@example.com ;. ",
        "ann.lee＠example.com",
        "ann.lee@example。com",
        "<ann.lee@example.com>",
        "\"ann.lee@example.com\"",
        "“ann.lee@example.com”.",
        "(ann.lee@example.com)",
        "['ann.lee@example.com']",
        "mailto:ann.lee@example.com",
        "MailTo:ann.lee%40example.com?subject=See you@six, Bob&body=x",
        "<mailto:ann.lee@example.com>",
        "ann.lee@example.com>,",
        "<ann.lee@example.com",
        "“ann.lee@example.com",
        "Ann Lee <ann.lee@example.com>",
        "\"Lee, Ann\" <ann.lee@example.com>;",
        "Ann <mailto:ann.lee@example.com?subject=x>",
        "'ann.lee@example.com' <Ann.Lee@example.com>",
    ] {
        let address = RecipientAddress::parse(typed).unwrap_or_else(|fault| panic!("{typed}: {fault}"));
        assert_eq!(address.key.0, "ann.lee@example.com", "{typed}");
        assert!(address.as_str().eq_ignore_ascii_case("ann.lee@example.com") || typed.contains('。'), "{typed}");
    }
    let address = RecipientAddress::parse("mailto:zo%C3%AB@b%C3%BCcher.example").expect("a good address");
    assert_eq!(address.as_str(), "zoë@bücher.example");
}

#[test]
fn b07_each_refusal_has_its_true_reason() {
    use AddressFault::{Character, Domain, Dots, Incomplete, Missing, NoAt, NoDot, Several, Space};
    let fault = |typed: &str| RecipientAddress::parse(typed).expect_err(typed);
    for typed in ["", " \u{200b}\u{a0}", "mailto:", "<>", "\"\"", ".,;", "<\">", "mailto:?subject=x"] {
        assert_eq!(fault(typed), Missing, "{typed}");
    }
    for typed in [
        "ann@example.com, bob@example.com",
        "ann@example.com bob@example.com",
        "Ann <ann@example.com>; Bob <bob@example.com>",
        "mailto:ann@example.com,bob@example.com",
        "mailto:ann@example.com%2Cbob@example.com",
        "ann@example.com <bob@example.com>",
    ] {
        assert_eq!(fault(typed), Several("ann@example.com".into(), "bob@example.com".into()), "{typed}");
    }
    assert_eq!(fault("ann.example.com"), NoAt("ann.example.com".into()));
    assert_eq!(fault("ann@"), Incomplete("ann@".into()));
    assert_eq!(fault("ann@exa mple.com"), Space("ann@exa mple.com".into()));
    assert_eq!(fault("an\u{a0}n@example.com"), Space("an\u{a0}n@example.com".into()));
    assert_eq!(fault("ann..lee@example.com"), Dots("ann..lee".into()));
    assert_eq!(fault("ann@example"), NoDot("example".into()));
    for domain in ["-example.com", "exa_mple.com", "1.1.1.1", "[127.0.0.1]", "example..com", "ex\u{fffd}.com"] {
        assert_eq!(fault(&format!("ann@{domain}")), Domain(domain.into()));
    }
    let character = |c: &str, local: &str| Character { local: local.into(), character: c.into() };
    assert_eq!(fault("a(n)n@example.com"), character("(", "a(n)n"));
    assert_eq!(fault("a\0n@example.com"), character("\\u{0}", "a\0n"));
    assert_eq!(fault("a\u{fffd}n@example.com"), character("\u{fffd}", "a\u{fffd}n"));
    assert!(fault(&"x".repeat(9_000)).to_string().chars().count() < 200);
}

#[test]
fn b07_lengths_are_counted_as_mail_servers_do() {
    let fault = |local: &str, domain: &str| RecipientAddress::parse(&format!("{local}@{domain}")).err();
    let local = "a".repeat(64);
    // 189 octets, so that the whole has 254.
    let domain = format!("{}.{}.{}.com", "b".repeat(63), "c".repeat(63), "d".repeat(57));
    assert_eq!(fault(&local, &domain), None);
    assert_eq!(fault(&local, &format!("e{domain}")), Some(AddressFault::Domain(shown(&format!("e{domain}")))));
    assert_eq!(fault(&local, &domain.replace(".com", ".como")), Some(AddressFault::TooLong));
    assert_eq!(fault(&"é".repeat(32), &domain), None);
    assert_eq!(fault(&"é".repeat(33), &domain), Some(AddressFault::TooLong), "octets, not characters");
    // Many octets as it is typed, few in ASCII; and the other way round.
    let same = "一".repeat(50);
    assert_eq!(fault(&local, &format!("{same}.{same}.{same}.com")), None);
    let different = format!("{}com", "é.".repeat(24));
    assert!(local.len() + different.len() < 150, "short as it is typed");
    assert_eq!(fault(&local, &different), Some(AddressFault::TooLong));
}

#[test]
fn tags_and_dots_are_different_mailboxes() {
    assert_ne!(key("ann+gala@example.com"), key("ann@example.com"));
    assert_ne!(key("a.nn@example.com"), key("ann@example.com"));
}

#[test]
fn what_no_server_takes_is_refused() {
    for typed in [
        "",
        " ",
        "ann",
        "ann@",
        "@example.com",
        "ann@example",
        "ann@exa mple.com",
        "a b@example.com",
        "ann@.com",
        "ann@example..com",
        "ann@-example.com",
        ".ann@example.com",
        "an..n@example.com",
        "ann@example.com, bob@example.com",
        "ann@example.com\r\nBcc: bob@example.com",
        "ann@[127.0.0.1]",
    ] {
        assert!(RecipientAddress::parse(typed).is_err(), "{typed:?}");
    }
    assert!(RecipientAddress::parse(&format!("{}@example.com", "a".repeat(65))).is_err());
}

proptest! {
    #[test]
    fn parsing_never_panics_and_folding_is_stable(typed in "\\PC{0,40}@?\\PC{0,40}") {
        let folded = fold(&typed);
        prop_assert_eq!(fold(&folded), folded);
    }

    #[test]
    fn b07_what_people_see_is_the_address(typed in "[\u{200b}\u{202e}\u{a0}<\"(]{0,3}(mailto:)?\\PC{1,20}@(\\w{1,9}\\.){1,3}\\w{2,5}[>\")., ;\u{200b}]{0,3}") {
        if let Ok(address) = RecipientAddress::parse(&typed) {
            prop_assert_eq!(RecipientAddress::parse(address.as_str()), Ok(address.clone()));
            prop_assert_eq!(fold(&typed), address.key.0.clone());
            prop_assert!(address.as_str().chars().all(|c| !c.is_control() && !c.is_whitespace()));
            prop_assert!(address.key.0.rsplit_once('@').is_some_and(|(_, domain)| domain.is_ascii()));
            if let Some(guess) = crate::domain::typo::suggestion(address.as_str()) {
                prop_assert!(RecipientAddress::parse(&guess).is_ok(), "{}", guess);
            }
        }
    }
}
