//! What a member typed about a note or a file, as it is kept.

use app::error::AppError;
use app::notes::{FileForm, MAX_FILE_TITLE, MAX_TEXT, NoteForm};

use crate::text::{plain, typed};

/// Lines stay as they were written.
pub fn note(form: &NoteForm) -> Result<NoteForm, AppError> {
    let text = typed(&form.text, "text", "A note", MAX_TEXT as usize)?;
    if text.is_empty() {
        return Err(AppError::invalid("text", "Write the note first."));
    }
    Ok(NoteForm { text, audience: form.audience })
}

/// A name is one line.
pub fn file(form: &FileForm) -> Result<FileForm, AppError> {
    let name = typed(&form.name, "name", "The name", MAX_FILE_TITLE as usize)?;
    let name = plain(&name, MAX_FILE_TITLE as usize);
    if name.is_empty() {
        return Err(AppError::invalid("name", "Give the file a name that says what is in it."));
    }
    Ok(FileForm { name, audience: form.audience })
}

/// As a browser is to save the file: under the name that is shown, with the ending that opens it.
pub fn name_to_save(name: &str, file_name: &str) -> String {
    let ending = file_name.rsplit_once('.').map(|(_, ending)| format!(".{}", ending.trim())).unwrap_or_default();
    let has_it = name.to_lowercase().ends_with(&ending.to_lowercase());
    if has_it { name.to_owned() } else { format!("{name}{ending}") }
}

#[cfg(test)]
mod tests {
    use app::notes::Audience;

    use super::*;

    #[test]
    fn what_was_typed_is_kept_as_it_is_meant() {
        let audience = Audience::Everybody;
        let kept = note(&NoteForm { text: " Parking:\r\n  yard 2 \n".into(), audience }).expect("a note");
        assert_eq!(kept.text, "Parking:\n  yard 2");
        let kept = file(&FileForm { name: " Floor\u{202e}\n plan ".into(), audience }).expect("a name");
        assert_eq!(kept.name, "Floor plan");
        for text in [String::new(), " \n".into(), "x".repeat(5_001), "a\0b".into()] {
            assert!(
                matches!(note(&NoteForm { text, audience }), Err(AppError::Invalid { field, .. }) if field == "text")
            );
        }
        assert!(note(&NoteForm { text: "é".repeat(5_000), audience }).is_ok());
        for name in [String::new(), "\u{202e}".into(), "x".repeat(201)] {
            assert!(
                matches!(file(&FileForm { name, audience }), Err(AppError::Invalid { field, .. }) if field == "name")
            );
        }
    }

    #[test]
    fn a_file_is_saved_under_its_shown_name_with_its_own_ending() {
        for (name, file_name, saved) in [
            ("Floor plan", "IMG_1.JPG", "Floor plan.JPG"),
            ("plan.jpg", "IMG_1.JPG", "plan.jpg"),
            ("plan.pdf", "a.png", "plan.pdf.png"),
            ("plan", "none", "plan"),
        ] {
            assert_eq!(name_to_save(name, file_name), saved);
        }
    }
}
