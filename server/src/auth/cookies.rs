//! The cookies that a browser sends, read as the bytes they are.
//!
//! Other programs on the same host set cookies too, in any encoding (RFC 6265, section 5.2, asks for octets), and a browser
//! sends all of them in one header. Each pair is read by itself, so an odd one costs itself alone.

use axum::http::{HeaderMap, header};
use cookie::Cookie;

/// Cookies of one name that are looked at. A browser sends several when they were set for different paths or domains.
pub const MOST_OF_A_NAME: usize = 8;

/// Returns the values of the cookies with this name, as they came and without empty ones. Quotes around a value are no part
/// of it.
pub fn values(headers: &HeaderMap, name: &str) -> Vec<String> {
    let pairs =
        headers.get_all(header::COOKIE).into_iter().flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    pairs
        .filter_map(|pair| Cookie::parse(std::str::from_utf8(pair).ok()?).ok())
        .filter(|cookie| cookie.name() == name && !cookie.value_trimmed().is_empty())
        .map(|cookie| cookie.value_trimmed().to_owned())
        .take(MOST_OF_A_NAME)
        .collect()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn of(lines: &[&[u8]]) -> Vec<String> {
        let line = |line: &&[u8]| (header::COOKIE, HeaderValue::from_bytes(line).expect("a header's value"));
        values(&lines.iter().map(line).collect(), "ours")
    }

    #[test]
    fn d13_an_odd_cookie_costs_itself_alone() {
        assert_eq!(of(&[b"ours=a"]), ["a"]);
        assert_eq!(of(&[b"name=M\xfcller; ours=a"]), ["a"], "Latin-1");
        assert_eq!(of(&["na\u{ef}f=\u{1f36a};ours=a; z".as_bytes()]), ["a"], "UTF-8, also in the name");
        assert_eq!(of(&[b"=; ;;x; \xff\xfe=\xff ;  ours = a  ;\xff"]), ["a"], "nonsense");
        assert_eq!(of(&[b"\xff", b"other=1", b"ours=a"]), ["a"], "several headers");
        assert_eq!(of(&[b"ours=\"a\""]), ["a"], "quoted");
        assert_eq!(of(&[b"ours=; ours=\"\"; ours"]), [""; 0], "empty");
        assert_eq!(of(&[b"Ours=a; oursx=b; xours=c; ours=\xff"]), [""; 0], "other names, and bytes that no token has");
    }

    #[test]
    fn d13_several_of_a_name_are_all_there_up_to_a_number() {
        assert_eq!(of(&[b"ours=a; ours=b", b"ours=c"]), ["a", "b", "c"]);
        let many = "ours=x; ".repeat(10_000);
        assert_eq!(of(&[many.as_bytes()]).len(), MOST_OF_A_NAME);
        let long = ["x".repeat(200_000).as_bytes(), b"=\xff; ours=a"].concat();
        assert_eq!(of(&[&long]), ["a"]);
    }
}
