//! Mail that is to be handed over, and the worker that does it.
//!
//! A job has an id of its own and says what it is for: a tracked email, or an account's own mail. A mail and its job are
//! committed together; the job is gone when the hand-over is settled. A job is worked under a lease, so that several
//! processes can share one database, and passes these points:
//!
//! 1. **leased**: the owner and an end of the lease are committed.
//! 2. **offered**: the mail server accepted sender and recipient.
//! 3. **marked**: `handing_over_at` is committed, if the lease is still ours.
//! 4. **delivered**: the message went out and the server answered.
//! 5. **settled**: status, hand-over time and the end of the job are committed in one transaction.
//!
//! Killed before 3, nothing has gone out: the lease runs out (at once, where no other process can hold it) and the job is
//! done again. Killed after 5, all is recorded. Killed between 3 and 5, the mail may or may not be out: whoever finds the
//! mark records the hand-over as unconfirmed and ends the job, so the mail is never sent a second time by itself; a
//! provider's event settles it. An error that shows before the body of the message goes out takes the mark away again.
//!
//! Guarantees: every committed email ends in exactly one of handed over, given up with a reason, or unconfirmed; none is
//! handed over twice. No order between emails is promised, but nobody waits for others' batches: what somebody clicked goes
//! before what was sent to many, accounts take turns, and some hands are kept for clicks. No more go in a second than
//! `CALLBOARD_MAIL_RATE` says, whatever the number of processes.
//!
//! Leases, marks and ends of many jobs are committed together (`group`): a commit is what a hand-over costs most.

mod group;
mod mail;
mod mail_store;
mod pace;
mod policy;
mod record;
mod store;
mod worker;

pub use pace::MailRate;
pub use policy::{GIVE_UP_MS, back_off_ms};
pub use worker::{Worker, start};
