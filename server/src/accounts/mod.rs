//! Signing up, proving an address, new passwords, and what members change about their own login.
//!
//! Holds no HTTP. Guarantees: one owner, however many sign up first at once; an address that has an account is never made
//! another one, nor entered, and what is answered of it is answered of any other, after the same work; only hashes of codes
//! and links are stored; a link or a code works once, and of each kind only the newest does.
//!
//! **"No gate" and "no telling which addresses are known"** cannot both hold for whoever is new: letting them in at once says that
//! they were. So the first to come, who owns the installation from then on, is signed in at once: nobody had an account that
//! could be found out about. Then sign-up is closed, and a closed one looks the same to everybody. Where the operator leaves it open, everybody is
//! answered alike and signs in with the password that they chose, verified or not; who has an account already is told by
//! mail. What is left to find out costs making an account with the address, of which its owner hears.

mod checked;
mod links;
mod profile;
mod service;
mod sign_up;
mod store;
mod strength;
mod verification;

pub use service::AccountsService;
pub use store::{mark_verified, prune};

use crate::config::SignUp;
use crate::core::Core;

/// Whether nobody can sign in, since nobody has an account, and somebody may make one.
pub async fn waits_for_the_first(core: &Core) -> bool {
    // What cannot be asked just now is not so: sign-in is where people are led.
    core.config.sign_up != SignUp::Closed && matches!(store::has_members(&core.db).await, Ok(false))
}
