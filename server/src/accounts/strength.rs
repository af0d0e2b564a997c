//! Which passwords are refused: short ones, and those that would be tried first.

use app::error::AppError;
use zxcvbn::{Score, zxcvbn};

const MIN_CHARS: usize = 8;
/// Longer than any that people keep, and short enough to be hashed at once. Nothing is cut off.
const MAX_CHARS: usize = 1_000;
/// The estimate looks at the first hundred characters; of what is longer no more is needed.
const ENOUGH_CHARS: usize = 64;

/// Fails, at the field that it was typed in, when the password would be guessed soon. `known` is what somebody who tries would
/// know of the person.
pub(super) async fn check(field: &'static str, password: &str, known: &[&str]) -> Result<(), AppError> {
    let chars = password.chars().count();
    if chars < MIN_CHARS {
        return Err(AppError::invalid(field, "Use 8 characters or more."));
    }
    if chars > MAX_CHARS {
        return Err(AppError::invalid(field, format!("Use at most {MAX_CHARS} characters; this has {chars}.")));
    }
    let (password, known) = (password.to_owned(), words(known));
    // It takes a millisecond or several, which no other request is to wait for.
    let looked = tokio::task::spawn_blocking(move || is_trivial(&password, &known));
    if looked.await.expect("the estimate does not panic") {
        return Err(AppError::invalid(
            field,
            "This is one of the first passwords that others would try. Three or four words that have nothing to do with each \
             other are easy to keep and hard to guess.",
        ));
    }
    Ok(())
}

fn is_trivial(password: &str, known: &[String]) -> bool {
    let start: String = password.chars().take(ENOUGH_CHARS).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    zxcvbn(&start, &known).score() < Score::Two
}

/// What is known of a person, whole and in words.
fn words(known: &[&str]) -> Vec<String> {
    let mut words: Vec<String> = vec!["callboard".into()];
    for text in known {
        let text: String = text.chars().take(ENOUGH_CHARS).collect();
        let parts = text.split(|c: char| !c.is_alphanumeric()).filter(|part| part.chars().count() > 2);
        words.extend(parts.take(8).map(str::to_lowercase));
        words.push(text.to_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn is_refused(password: &str) -> bool {
        let known = ["Mira Okafor", "The Boathouse", "mira@boathouse.example"];
        check("password", password, &known).await.is_err()
    }

    #[tokio::test]
    async fn what_everybody_would_try_is_refused() {
        for trivial in [
            "short",
            "password",
            "12345678",
            "qwertyuiop",
            "aaaaaaaaaaaa",
            "Password1",
            "callboard",
            "Callboard1",
            "boathouse",
            "Boathouse1",
            "miraokafor",
            "mira@boathouse.example",
            "abcdefgh",
            "iloveyou",
            "\u{20}\u{20}\u{20}\u{20}\u{20}\u{20}\u{20}\u{20}",
        ] {
            assert!(is_refused(trivial).await, "{trivial}");
        }
        assert!(is_refused(&"x".repeat(MAX_CHARS + 1)).await, "too long");
    }

    #[tokio::test]
    async fn whatever_else_people_choose_is_taken() {
        for good in [
            "correct horse battery staple",
            "tidal-otter-lamp",
            "vXq7!pLz",
            "ünïcödé tür schlüssel",
            "鍵は海の底にある灯台",
            " spaces count too ",
            "mira rides a green tram",
        ] {
            assert!(!is_refused(good).await, "{good}");
        }
        let long: String =
            (0..MAX_CHARS).map(|i| char::from(b'a' + u8::try_from(i * i % 26).expect("a letter"))).collect();
        assert!(!is_refused(&long).await, "long");
    }

    #[test]
    fn an_estimate_takes_milliseconds_whatever_is_typed() {
        let begun = std::time::Instant::now();
        for hostile in
            ["1".repeat(64), "ab".repeat(32), "p4$$w0rd".repeat(8), "!@#$%^&*()".repeat(7), "2011-01-01".repeat(7)]
        {
            is_trivial(&hostile, &[]);
        }
        // A hundred times what it takes, so that a busy machine does not fail it.
        assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
    }
}
