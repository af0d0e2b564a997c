//! A guess at what a mistyped mail domain was meant to be. Only ever a suggestion: a person decides.

/// Where most private addresses live, and so where most typos happen.
const COMMON: [&str; 20] = [
    "gmail.com",
    "googlemail.com",
    "hotmail.com",
    "hotmail.co.uk",
    "outlook.com",
    "yahoo.com",
    "yahoo.co.uk",
    "icloud.com",
    "me.com",
    "live.com",
    "msn.com",
    "aol.com",
    "gmx.de",
    "gmx.net",
    "web.de",
    "proton.me",
    "protonmail.com",
    "fastmail.com",
    "btinternet.com",
    "orange.fr",
];

/// The address with its domain corrected, when one slip of the finger (or two, in a long name) leads to a common one.
pub fn suggestion(address: &str) -> Option<String> {
    let (local, domain) = address.trim().rsplit_once('@')?;
    let domain = domain.to_ascii_lowercase();
    if local.is_empty() || COMMON.contains(&domain.as_str()) {
        return None;
    }
    let nearest = COMMON.into_iter().map(|known| (distance(&domain, known), known)).min()?;
    let slips = if nearest.1.len() > 7 { 2 } else { 1 };
    (nearest.0 <= slips).then(|| format!("{local}@{}", nearest.1))
}

/// Optimal string alignment: insert, delete, replace, or swap two neighbours.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let replace = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replace.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_finger_are_found() {
        for (typed, meant) in [
            ("luis.ferreira@gmial.com", "luis.ferreira@gmail.com"),
            ("ann@gmail.con", "ann@gmail.com"),
            ("ann@hotmial.com", "ann@hotmail.com"),
            ("ann@outlok.com", "ann@outlook.com"),
            ("ann@Yaho.com", "ann@yahoo.com"),
        ] {
            assert_eq!(suggestion(typed).as_deref(), Some(meant), "{typed}");
        }
    }

    #[test]
    fn good_and_unknown_domains_are_left_alone() {
        for typed in ["ann@gmail.com", "ann@northlight.example", "ann@me.com", "ann", "@gmial.com"] {
            assert_eq!(suggestion(typed), None, "{typed}");
        }
    }
}
