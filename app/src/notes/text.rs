//! Words as they were written, with what leads to a page on the web to be pressed.

use leptos::prelude::*;
use linkify::{LinkFinder, LinkKind};

/// A text with its links. Whatever else is in it stays text, other schemes too.
pub(super) fn with_links(text: &str) -> Vec<AnyView> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    let part = |part: linkify::Span<'_>| {
        let words = part.as_str().to_owned();
        if part.kind().is_some() && is_web(&words) {
            let href = words.clone();
            view! { <a class="text" href=href rel="noopener noreferrer nofollow" target="_blank">{words}</a> }
                .into_any()
        } else {
            words.into_any()
        }
    };
    finder.spans(text).map(part).collect()
}

fn is_web(link: &str) -> bool {
    let scheme = link.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(scheme.as_deref(), Some("http" | "https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(text: &str) -> String {
        with_links(text).into_iter().map(RenderHtml::to_html).collect()
    }

    #[test]
    fn links_end_where_people_see_them_end_and_only_pages_are_links() {
        let page = html("Map (https://venue.example/a_(b)), and HTTP://x.test/?q=1&r=2.\n<b>not this</b>");
        assert!(page.contains("href=\"https://venue.example/a_(b)\""), "{page}");
        assert!(page.contains("href=\"HTTP://x.test/?q=1&amp;r=2\""), "{page}");
        assert!(page.contains("&lt;b") && !page.contains("<b>"), "{page}");
        for text in
            ["javascript://x.test/%0aevil()", "ftp://x.test", "data:text/html,x", "ann@x.test", "x.test/page", ""]
        {
            assert!(!html(text).contains("href"), "{text}");
        }
        assert!(
            html("https://x.test/\"onclick=\"evil()").contains("href=\"https://x.test/\""),
            "a quotation mark ends it"
        );
    }
}
