//! Text for the two elements whose content Leptos writes as it is: a title, and a text area.

/// Escapes what would end the element or begin a character reference (HTML 13.1.2, escapable raw text elements).
pub fn raw_text(text: &str) -> String {
    // What the browser draws is text from the start.
    if cfg!(feature = "ssr") { text.replace('&', "&amp;").replace('<', "&lt;") } else { text.to_owned() }
}

/// What stands between the tags of a text area. HTML drops a line break at its start.
pub fn text_of_textarea(text: &str) -> String {
    raw_text(text.trim_start_matches(['\r', '\n']))
}
