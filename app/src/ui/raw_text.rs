//! Text for the two elements whose content Leptos writes as it is: a title, and a text area.

/// Escapes what would end the element or begin a character reference (HTML 13.1.2, escapable raw text elements).
pub fn raw_text(text: &str) -> String {
    // What the browser draws is text from the start.
    if cfg!(feature = "ssr") { text.replace('&', "&amp;").replace('<', "&lt;") } else { text.to_owned() }
}
