//! A device that somebody signed in on before. It keeps a cookie that says so, which opens nothing: it only lets wrong tries
//! from elsewhere be counted apart from those made here (see `limits`).
//!
//! The cookie is a name for the device and one mark for each member who signed in there. A mark follows from the name, the
//! member and the installation's key, so nothing is stored, and nobody can make one who has not signed in.

use app::domain::ids::MemberId;

use crate::config::Config;
use crate::secret::{self, SecretKey, token_hash};

/// Members that one device remembers, the latest first: a tablet at the door is shared.
const MOST_MEMBERS: usize = 8;
/// Characters of a name and of a mark: 256 bits in base64.
const LENGTH: usize = 43;
/// As long as browsers keep a cookie (RFC 6265bis, section 5.5: 400 days).
const MAX_AGE_SECONDS: i64 = 400 * 24 * 60 * 60;

/// A device by its cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    name: String,
    marks: Vec<String>,
}

impl Device {
    /// Returns the device of a cookie's value; `None` where it is not one of ours.
    pub fn read(cookie: &str) -> Option<Self> {
        let mut parts = cookie.split('.').map(str::to_owned);
        let device = Self { name: parts.next()?, marks: parts.collect() };
        let is_ours = |part: &String| part.len() == LENGTH && part.bytes().all(is_token_byte);
        let all = std::iter::once(&device.name).chain(&device.marks);
        (device.marks.len() <= MOST_MEMBERS && all.into_iter().all(is_ours)).then_some(device)
    }

    /// A device that nobody signed in on yet.
    pub fn new() -> Self {
        Self { name: secret::token(), marks: Vec::new() }
    }

    /// Whether this member signed in here before.
    pub fn knows(&self, key: &SecretKey, member: MemberId) -> bool {
        let seed = self.seed(member);
        self.marks.iter().any(|mark| key.is_device_mark(&seed, mark))
    }

    /// This device after the member has signed in.
    pub fn remembering(self, key: &SecretKey, member: MemberId) -> Self {
        let mark = key.device_mark(&self.seed(member));
        let others = self.marks.into_iter().filter(|known| *known != mark).take(MOST_MEMBERS - 1);
        Self { name: self.name, marks: std::iter::once(mark.clone()).chain(others).collect() }
    }

    /// What this member's tries on this device are counted under.
    pub fn counter(&self, member: MemberId) -> String {
        token_hash(&format!("device {}", self.seed(member)))
    }

    /// The `Set-Cookie` value that keeps it.
    pub fn cookie(&self, config: &Config) -> String {
        let https = config.is_https();
        let secure = if https { "; Secure" } else { "" };
        let value = [std::slice::from_ref(&self.name), &self.marks].concat().join(".");
        format!("{}={value}; Path=/; Max-Age={MAX_AGE_SECONDS}; HttpOnly; SameSite=Lax{secure}", cookie_name(https))
    }

    fn seed(&self, member: MemberId) -> String {
        format!("{} {member}", self.name)
    }
}

/// `__Host-` binds the cookie to this host and to https.
pub const fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-callboard_device" } else { "callboard_device" }
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SecretKey {
        SecretKey::from_text("a key")
    }

    fn value(device: &Device) -> String {
        [std::slice::from_ref(&device.name), &device.marks].concat().join(".")
    }

    #[test]
    fn d16_a_device_knows_who_signed_in_there_and_nobody_else() {
        let device = Device::new().remembering(&key(), MemberId(1)).remembering(&key(), MemberId(2));
        let read = Device::read(&value(&device)).expect("ours");
        assert_eq!(read, device);
        assert!(read.knows(&key(), MemberId(1)) && read.knows(&key(), MemberId(2)));
        assert!(!read.knows(&key(), MemberId(3)), "another member");
        assert!(!read.knows(&SecretKey::from_text("another key"), MemberId(1)), "another installation");
        let renamed = Device { name: secret::token(), ..read };
        assert!(!renamed.knows(&key(), MemberId(1)), "a mark belongs to its device");
    }

    #[test]
    fn d16_a_device_is_remembered_once_a_member_and_for_eight() {
        let mut device = Device::new();
        for member in [1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9] {
            device = device.remembering(&key(), MemberId(member));
        }
        assert_eq!(device.marks.len(), MOST_MEMBERS);
        assert!(!device.knows(&key(), MemberId(1)) && device.knows(&key(), MemberId(2)));
    }

    #[test]
    fn d16_what_is_no_cookie_of_ours_is_no_device() {
        let name = secret::token();
        for odd in ["", ".", "x", &name[1..], &format!("{name}."), &format!("{name}.x"), &format!("{name} ")] {
            assert_eq!(Device::read(odd), None, "{odd:?}");
        }
        assert_eq!(Device::read(&[name.as_str(); 10].join(".")), None, "more marks than we give");
        assert!(Device::read(&name).is_some_and(|device| !device.knows(&key(), MemberId(1))));
    }
}
