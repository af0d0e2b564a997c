//! Svix signatures: HMAC-SHA256 over `id.timestamp.body`, checked on the bytes as they came in.
//!
//! The answer never says what failed. A timestamp five minutes off is refused; a retry is signed anew under the same id.

use app::domain::time::{MINUTE_MS, SECOND_MS, Timestamp};
use axum::http::HeaderMap;
use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{BadSecret, Refused, Verify};

/// How far the signed time may be from ours, either way.
const TOLERANCE_MS: i64 = 5 * MINUTE_MS;
/// A rotation sends two signatures; more than this is not a rotation.
const MAX_SIGNATURES: usize = 8;
/// The id becomes an event's key, which is stored and indexed.
const MAX_ID_LEN: usize = 255;

/// Secrets are shown with and without padding.
const SECRET_ENCODING: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The two spellings of the same scheme. A request is read by one of them, never by a mixture.
const HEADER_SETS: [[&str; 3]; 2] =
    [["svix-id", "svix-timestamp", "svix-signature"], ["webhook-id", "webhook-timestamp", "webhook-signature"]];

/// Returns the key in a secret as the provider shows it; the `whsec_` may be missing.
pub fn secret_key(secret: &str) -> Result<Vec<u8>, BadSecret> {
    let encoded = secret.trim();
    let encoded = encoded.strip_prefix("whsec_").unwrap_or(encoded);
    let key = SECRET_ENCODING.decode(encoded).ok().filter(|key| !key.is_empty());
    key.ok_or(BadSecret("whsec_ and base64, as the provider shows it"))
}

/// Checks requests against any of several secrets.
pub struct Svix(Vec<Hmac<Sha256>>);

impl Svix {
    pub fn new(secrets: &[impl AsRef<str>]) -> Result<Self, BadSecret> {
        let keyed = |secret: &str| {
            let key = secret_key(secret)?;
            Ok(Hmac::new_from_slice(&key).expect("HMAC takes a key of any length"))
        };
        secrets.iter().map(|secret| keyed(secret.as_ref())).collect::<Result<_, _>>().map(Self)
    }
}

impl Verify for Svix {
    fn verify<'h>(&self, headers: &'h HeaderMap, body: &[u8], now: Timestamp) -> Result<&'h str, Refused> {
        let names = HEADER_SETS
            .iter()
            .find(|names| names.iter().any(|name| headers.contains_key(*name)))
            .ok_or(Refused::Unsigned)?;
        let [id, timestamp, signatures] = names.map(|name| headers.get(name).and_then(|value| value.to_str().ok()));
        let (id, timestamp, signatures) =
            (id.ok_or(Refused::Unsigned)?, timestamp.ok_or(Refused::Unsigned)?, signatures.ok_or(Refused::Unsigned)?);
        if id.is_empty() || id.len() > MAX_ID_LEN {
            return Err(Refused::Unsigned);
        }
        let signed_at = signed_at(timestamp).ok_or(Refused::Unsigned)?;
        let claimed: Vec<Vec<u8>> = signatures
            .split(' ')
            .filter_map(|entry| entry.strip_prefix("v1,"))
            .take(MAX_SIGNATURES)
            .filter_map(|encoded| STANDARD.decode(encoded).ok())
            .collect();
        let genuine = self.0.iter().any(|key| {
            let mut mac = key.clone();
            for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
                mac.update(part);
            }
            // `verify_slice` takes the same time wherever the bytes differ.
            claimed.iter().any(|bytes| mac.clone().verify_slice(bytes).is_ok())
        });
        let late_ms = now.since_ms(signed_at);
        // Looked at last: of a request that anybody may have made up, the time says nothing about our clock.
        match genuine {
            false => Err(Refused::Unsigned),
            true if late_ms.saturating_abs() > TOLERANCE_MS => Err(Refused::Clock { seconds: late_ms / SECOND_MS }),
            true => Ok(id),
        }
    }
}

/// Plain digits only: no sign, blank, fraction or exponent.
fn signed_at(timestamp: &str) -> Option<Timestamp> {
    let is_plain = !timestamp.is_empty() && timestamp.bytes().all(|b| b.is_ascii_digit());
    let seconds = timestamp.parse::<i64>().ok().filter(|_| is_plain)?;
    seconds.checked_mul(SECOND_MS).map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the Standard Webhooks test suite.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const AT: &str = "1614265330";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    const NOW: Timestamp = Timestamp(1_614_265_330_000);
    const OTHER_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn svix(id: &str, at: &str, signature: &str) -> HeaderMap {
        headers(&[("svix-id", id), ("svix-timestamp", at), ("svix-signature", signature)])
    }

    fn verifier() -> Svix {
        Svix::new(&[SECRET]).unwrap()
    }

    #[test]
    fn the_known_good_vector_is_accepted_under_both_header_sets() {
        assert_eq!(verifier().verify(&svix(ID, AT, SIGNATURE), BODY, NOW), Ok(ID));
        let vendor_neutral =
            headers(&[("webhook-id", ID), ("webhook-timestamp", AT), ("webhook-signature", SIGNATURE)]);
        assert_eq!(verifier().verify(&vendor_neutral, BODY, NOW), Ok(ID));
    }

    #[test]
    fn a_mixture_of_header_sets_is_refused() {
        for mixed in [
            headers(&[("svix-id", ID), ("svix-timestamp", AT), ("webhook-signature", SIGNATURE)]),
            headers(&[
                ("svix-id", ID),
                ("webhook-id", ID),
                ("webhook-timestamp", AT),
                ("webhook-signature", SIGNATURE),
            ]),
        ] {
            assert_eq!(verifier().verify(&mixed, BODY, NOW), Err(Refused::Unsigned));
        }
    }

    #[test]
    fn any_v1_entry_and_any_secret_will_do() {
        let rotated = Svix::new(&[OTHER_SECRET, SECRET]).unwrap();
        let several = format!("v1,AAAA v1a,{} {SIGNATURE}", &SIGNATURE[3..]);
        assert_eq!(rotated.verify(&svix(ID, AT, &several), BODY, NOW), Ok(ID));
        assert_eq!(
            Svix::new(&[OTHER_SECRET]).unwrap().verify(&svix(ID, AT, SIGNATURE), BODY, NOW),
            Err(Refused::Unsigned)
        );
        assert_eq!(Svix(Vec::new()).verify(&svix(ID, AT, SIGNATURE), BODY, NOW), Err(Refused::Unsigned));
    }

    #[test]
    fn only_v1_counts() {
        for signature in ["", "v1", "v1,", &SIGNATURE.replace("v1,", "v1a,"), &SIGNATURE[3..], &SIGNATURE[..40]] {
            assert_eq!(verifier().verify(&svix(ID, AT, signature), BODY, NOW), Err(Refused::Unsigned), "{signature:?}");
        }
    }

    #[test]
    fn what_was_signed_cannot_be_changed() {
        assert_eq!(verifier().verify(&svix("msg_other", AT, SIGNATURE), BODY, NOW), Err(Refused::Unsigned));
        assert_eq!(verifier().verify(&svix(ID, "1614265331", SIGNATURE), BODY, NOW), Err(Refused::Unsigned));
        assert_eq!(verifier().verify(&svix(ID, AT, SIGNATURE), br#"{"test":2432232314}"#, NOW), Err(Refused::Unsigned));
    }

    #[test]
    fn five_minutes_either_way_and_no_more() {
        let at = |ms| verifier().verify(&svix(ID, AT, SIGNATURE), BODY, NOW.plus_ms(ms)).is_ok();
        assert!(at(TOLERANCE_MS) && at(-TOLERANCE_MS));
        assert!(!at(TOLERANCE_MS + 1) && !at(-TOLERANCE_MS - 1));
    }

    #[test]
    fn d14_a_genuine_request_at_the_wrong_time_is_told_from_a_forged_one() {
        let at = |signature, ms| verifier().verify(&svix(ID, AT, signature), BODY, NOW.plus_ms(ms)).unwrap_err();
        assert_eq!(at(SIGNATURE, 400_000), Refused::Clock { seconds: 400 });
        assert_eq!(at(SIGNATURE, -3_600_000), Refused::Clock { seconds: -3_600 });
        assert_eq!(at(SIGNATURE, 400_000).to_string(), "rightly signed, but 400 s ago by this machine's clock");
        assert_eq!(at(SIGNATURE, -400_000).to_string(), "rightly signed, but 400 s ahead by this machine's clock");
        assert_eq!(at("v1,AAAA", 400_000), Refused::Unsigned, "what anybody can make up says nothing of our clock");
    }

    #[test]
    fn a_timestamp_is_plain_digits() {
        for odd in ["", " 1614265330", "+1614265330", "-1", "1.614265330e9", "1614265330.0", "99999999999999999999"] {
            assert_eq!(signed_at(odd), None, "{odd:?}");
        }
        assert_eq!(signed_at(AT), Some(NOW));
    }

    #[test]
    fn a_secret_is_base64_with_or_without_its_prefix() {
        assert_eq!(secret_key(SECRET), secret_key(&SECRET[6..]));
        for bad in ["", "whsec_", "%%%", "whsec_a b"] {
            assert!(secret_key(bad).is_err(), "{bad:?}");
        }
    }
}
