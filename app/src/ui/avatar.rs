//! A person's initials in a circle. Decoration: the name always stands beside it.

use leptos::prelude::*;

#[component]
pub fn Avatar(
    #[prop(into)] name: String,
    /// For the head of a page.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    view! { <span class="avatar" aria-hidden="true" data-size=large.then_some("large")>{initials(&name)}</span> }
}

/// First letters of the first and last word; the style sheet shows them as capitals. Which letters there are in the world,
/// and their capitals, would be tables of 16 KB in every browser.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| !c.is_ascii_punctuation()));
    let first = words.next();
    first.into_iter().chain(words.next_back()).collect()
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_are_of_the_first_and_last_word() {
        assert_eq!(initials("Mira Okafor"), "MO");
        assert_eq!(initials("ana de la cruz"), "ac");
        assert_eq!(initials("(Ostróda) Øystein"), "OØ");
        assert_eq!(initials("Ferreira"), "F");
        assert_eq!(initials("  "), "");
    }
}
