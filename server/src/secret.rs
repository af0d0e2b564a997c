//! Random tokens, their hashes, and what is derived from the installation's key.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

const DEVICE_MARK: &str = "known device";
const PORTAL_MARK: &str = "portal of a contact";
const CALENDAR_MARK: &str = "calendar of a link";

/// The installation's key. Share-link tokens are derived from it, so that the database alone opens nothing.
#[derive(Clone)]
pub struct SecretKey([u8; 32]);

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey")
    }
}

impl SecretKey {
    /// Any text serves as a key: it is hashed to 256 bits.
    pub fn from_text(text: &str) -> Self {
        Self(Sha256::digest(text.trim().as_bytes()).into())
    }

    /// The key kept in `file`, made there on first use, readable by its owner alone.
    pub fn load_or_create(file: &Path) -> std::io::Result<Self> {
        match std::fs::read_to_string(file) {
            Ok(text) => Ok(Self::from_text(&text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let text = token();
                write_private(file, &text)?;
                Ok(Self::from_text(&text))
            }
            Err(error) => Err(error),
        }
    }

    /// 256 bits that only this key gives for this purpose and seed.
    fn derive(&self, purpose: &str, seed: &str) -> [u8; 32] {
        self.mac(purpose, seed).finalize().into_bytes().into()
    }

    fn mac(&self, purpose: &str, seed: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(seed.as_bytes());
        mac
    }

    /// The token of the share link with this seed.
    pub fn link_token(&self, seed: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.derive("share link", seed))
    }

    /// The token of the public link with this seed.
    pub fn public_token(&self, seed: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.derive("public link", seed))
    }

    /// The token of an account's own link with this seed.
    pub fn account_token(&self, seed: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.derive("account link", seed))
    }

    /// The six digits with this seed.
    pub fn code(&self, seed: &str) -> String {
        let derived = self.derive("code", seed);
        let (start, _) = derived.split_first_chunk().expect("256 bits are more than 64");
        format!("{:06}", u64::from_be_bytes(*start) % 1_000_000)
    }

    /// What is stored of a code: a million hashes are soon tried, but not without this key.
    pub fn code_hash(&self, owner: &str, code: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.derive("code hash", &format!("{owner} {code}")))
    }

    /// The mark that a device keeps of a member who signed in on it.
    pub fn device_mark(&self, seed: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.derive(DEVICE_MARK, seed))
    }

    /// Whether this is the mark for this seed; takes the same time wherever the two differ.
    pub fn is_device_mark(&self, seed: &str, mark: &str) -> bool {
        self.is_mark(DEVICE_MARK, seed, mark)
    }

    /// What the address of a link's calendar holds. The link's token does not follow from it, so that whoever keeps the calendar
    /// cannot open the link.
    pub fn calendar_mark(&self, link_token_hash: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.derive(CALENDAR_MARK, link_token_hash))
    }

    /// Whether this is the mark of this link's calendar; takes the same time wherever the two differ.
    pub fn is_calendar_mark(&self, link_token_hash: &str, mark: &str) -> bool {
        self.is_mark(CALENDAR_MARK, link_token_hash, mark)
    }

    /// What the address of a contact's portal holds.
    pub fn portal_mark(&self, contact: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.derive(PORTAL_MARK, contact))
    }

    /// Whether this is the mark of this contact's portal; takes the same time wherever the two differ.
    pub fn is_portal_mark(&self, contact: &str, mark: &str) -> bool {
        self.is_mark(PORTAL_MARK, contact, mark)
    }

    /// By what calendar programs know an entry: the same for ever, and no other installation's.
    pub fn calendar_entry(&self, name: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.derive("calendar entry", name))
    }

    fn is_mark(&self, purpose: &str, seed: &str, mark: &str) -> bool {
        let mac = self.mac(purpose, seed);
        URL_SAFE_NO_PAD.decode(mark).is_ok_and(|mark| mac.verify_slice(&mark).is_ok())
    }

    /// The secret the sandbox provider signs its callbacks with, in Svix form.
    pub fn sandbox_webhook_secret(&self) -> String {
        format!("whsec_{}", STANDARD.encode(self.derive("sandbox webhook", "")))
    }
}

#[cfg(unix)]
fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(not(unix))]
fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    std::fs::write(file, text)
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system has a source of randomness");
    bytes
}

/// 256 random bits for a URL or a cookie.
pub fn token() -> String {
    URL_SAFE_NO_PAD.encode(random::<32>())
}

/// 128 random bits: unique, but no secret.
pub fn unique() -> String {
    URL_SAFE_NO_PAD.encode(random::<16>())
}

/// Eight characters that a person can read out on the phone.
pub fn short_reference() -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    random::<8>().iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

/// What is stored of a token.
pub fn token_hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_token_follows_from_key_and_seed_alone() {
        let key = SecretKey::from_text("one");
        assert_eq!(key.link_token("seed"), key.link_token("seed"));
        assert_ne!(key.link_token("seed"), key.link_token("other"));
        assert_ne!(key.link_token("seed"), SecretKey::from_text("two").link_token("seed"));
        assert_eq!(key.link_token("seed").len(), 43);
    }

    #[test]
    fn a_code_is_six_digits_and_its_hash_needs_the_key_and_the_owner() {
        let (key, other) = (SecretKey::from_text("one"), SecretKey::from_text("two"));
        let codes: std::collections::BTreeSet<_> = (0..200).map(|seed| key.code(&seed.to_string())).collect();
        assert!(codes.len() > 190 && codes.iter().all(|code| code.len() == 6), "{codes:?}");
        assert_ne!(key.code_hash("1", "123456"), other.code_hash("1", "123456"));
        assert_ne!(key.code_hash("1", "123456"), key.code_hash("2", "123456"));
        assert_ne!(key.account_token("seed"), key.link_token("seed"));
    }

    #[test]
    fn a_calendar_is_opened_by_its_own_mark_and_not_by_its_links_token() {
        let key = SecretKey::from_text("one");
        let token = key.link_token("seed");
        let (hash, other) = (token_hash(&token), token_hash(&key.link_token("other")));
        assert!(key.is_calendar_mark(&hash, &key.calendar_mark(&hash)));
        for wrong in [token.as_str(), hash.as_str(), &key.calendar_mark(&other), &key.device_mark(&hash), "", "=", "é"]
        {
            assert!(!key.is_calendar_mark(&hash, wrong), "{wrong}");
        }
        assert_ne!(key.calendar_entry("item-1"), SecretKey::from_text("two").calendar_entry("item-1"));
    }

    #[test]
    fn the_key_file_is_made_once() {
        let file = std::env::temp_dir().join(format!("callboard-key-{}", unique()));
        let first = SecretKey::load_or_create(&file).expect("a new key");
        let second = SecretKey::load_or_create(&file).expect("the same key");
        assert_eq!(first.0, second.0);
        std::fs::remove_file(file).expect("to tidy up");
    }
}
