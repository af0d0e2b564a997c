//! What people type about themselves, checked once, then trusted.

use app::domain::address::{AddressFault, RecipientAddress};
use app::error::AppError;

const MAX_NAME: usize = 100;
const MAX_VENUE: usize = 200;

pub(super) fn name(typed: &str) -> Result<String, AppError> {
    let name = text(typed, "name", "Your name", MAX_NAME)?;
    if name.is_empty() {
        return Err(AppError::invalid("name", "Enter your name: others on the account see it."));
    }
    Ok(name)
}

pub(super) fn venue(typed: &str) -> Result<String, AppError> {
    let venue = text(typed, "venue", "The name of the venue", MAX_VENUE)?;
    if venue.is_empty() {
        return Err(AppError::invalid("venue", "Enter the name of your venue or company."));
    }
    Ok(venue)
}

pub(super) fn email(typed: &str) -> Result<RecipientAddress, AppError> {
    RecipientAddress::parse(typed).map_err(|fault| {
        let message = match fault {
            AddressFault::Missing => "Enter your email address.".to_owned(),
            fault => fault.to_string(),
        };
        AppError::invalid("email", message)
    })
}

/// Six digits, whatever stands between them. Some keyboards have digits of their own.
pub(super) fn code(typed: &str) -> Result<String, AppError> {
    use unicode_normalization::UnicodeNormalization;
    let code: String = typed.nfkc().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(code);
    }
    Err(AppError::invalid("code", "The code has six digits. Copy it from the newest mail."))
}

fn text(typed: &str, field: &str, what: &str, max_chars: usize) -> Result<String, AppError> {
    let text = typed.trim();
    let chars = text.chars().count();
    if chars > max_chars {
        return Err(AppError::invalid(field, format!("{what} may have {max_chars} characters; this has {chars}.")));
    }
    // PostgreSQL cannot store it, and no keyboard types it.
    if text.contains('\0') {
        return Err(AppError::invalid(field, format!("{what} has a character that cannot be stored.")));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field<T: std::fmt::Debug>(checked: Result<T, AppError>) -> String {
        match checked {
            Err(AppError::Invalid { field, .. }) => field,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn names_are_kept_as_typed_up_to_their_length() {
        assert_eq!(name("  \u{202e}ميرا <b>& Co\t").expect("a name"), "\u{202e}ميرا <b>& Co");
        assert_eq!(name(&"é".repeat(100)).expect("a name").chars().count(), 100);
        assert_eq!(field(name(&"é".repeat(101))), "name");
        assert_eq!(field(name(" \u{a0} ")), "name");
        assert_eq!(field(name("a\0b")), "name");
        assert_eq!(field(venue("")), "venue");
        assert_eq!(field(venue(&"x".repeat(201))), "venue");
        assert_eq!(field(email("")), "email");
        assert_eq!(field(email("mira@nowhere")), "email");
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        for typed in ["123456", " 123456\n", "123 456", "12-34-56", "１２３４５６", "\u{a0}123\u{2009}456"] {
            assert_eq!(code(typed).expect("a code"), "123456", "{typed}");
        }
        for typed in ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "123456; DROP TABLE member"] {
            assert_eq!(field(code(typed)), "code", "{typed}");
        }
    }
}
