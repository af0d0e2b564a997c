//! Facts on one line.

/// The parts that say something, with `separator` between them.
pub fn joined(parts: &[&str], separator: &str) -> String {
    let mut line = String::new();
    for part in parts.iter().filter(|part| !part.is_empty()) {
        if !line.is_empty() {
            line.push_str(separator);
        }
        line.push_str(part);
    }
    line
}

/// "Band leader · Ferreira Quartet · luis@example.com"
pub fn dotted(parts: &[&str]) -> String {
    joined(parts, " · ")
}

#[cfg(test)]
mod tests {
    use super::dotted;

    #[test]
    fn what_is_empty_leaves_no_dot() {
        assert_eq!(dotted(&["", "Photographer", "", "5 items"]), "Photographer · 5 items");
        assert_eq!(dotted(&["", ""]), "");
    }
}
