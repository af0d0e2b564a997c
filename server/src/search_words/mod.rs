//! How contacts, events and spaces are found and ordered: names folded by the app, since the databases fold ASCII only, or
//! differently.
//!
//! "Zoë" is found by "zoe". Both what is stored and what is searched for go through `fold`, so they always meet. A search is a
//! range of an index of words, never a scan.

mod store;

use std::collections::BTreeSet;

pub use store::{WordsOf, index_new, replace};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// More words than this say no more about whom somebody looks for.
const MAX_SEARCHED: usize = 8;

/// Longer words are cut: they are stored and indexed.
const MAX_WORD_CHARS: usize = 64;

/// Lower case, compatibility forms made plain, accents dropped.
pub fn fold(text: &str) -> String {
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// What a list is ordered by, and one name found by. Never empty: a name of marks alone folds to nothing.
pub fn sort_name(name: &str) -> String {
    Some(fold(name)).filter(|folded| !folded.is_empty()).unwrap_or_else(|| " ".to_owned())
}

fn words(text: &str) -> impl Iterator<Item = String> {
    let folded = fold(text);
    let words: Vec<String> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(MAX_WORD_CHARS).collect())
        .collect();
    words.into_iter()
}

/// Every word of these texts.
pub fn words_of<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    texts.into_iter().flat_map(words).collect()
}

/// The words somebody searches for, the longest first: it narrows the list most.
pub fn searched(text: &str) -> Vec<String> {
    let distinct: BTreeSet<String> = words(text).take(MAX_SEARCHED).collect();
    let mut searched: Vec<String> = distinct.into_iter().collect();
    searched.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    searched
}

/// The range of words that begin with `word`: from it, up to but without this.
pub fn range_end(word: &str) -> String {
    format!("{word}{}", char::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_and_punctuation_do_not_matter() {
        let words = words_of(["Zoë", "O'Hara", "Straße & Söhne", "Zoe.OHara+show@Band.example"]);
        for word in ["zoe", "o", "hara", "straße", "sohne", "ohara", "show", "band", "example"] {
            assert!(words.contains(word), "{word} in {words:?}");
        }
        assert_eq!(fold("Zoë"), "zoe");
    }

    #[test]
    fn a_range_holds_every_word_that_begins_so() {
        for longer in ["an", "ann", "anz", "anü", "an東"] {
            assert!(("an".to_owned()..range_end("an")).contains(&longer.to_owned()), "{longer}");
        }
        assert!(!("an".to_owned()..range_end("an")).contains(&"ao".to_owned()));
    }

    #[test]
    fn the_longest_word_comes_first_and_none_twice() {
        assert_eq!(searched("an Ferreira AN"), ["ferreira", "an"]);
        assert!(searched(" …  ").is_empty());
    }
}
