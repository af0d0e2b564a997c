//! What the log says of webhooks that are not taken: what only we can mend, and no more often than once a minute, since
//! anybody can send them.

use crate::provider::Refused;
use crate::seldom::Seldom;
use crate::text::plain;

/// Characters of a stranger's path that are shown.
const MAX_PATH: usize = 60;

#[derive(Debug)]
pub struct Log {
    elsewhere: Seldom,
    clock: Seldom,
}

impl Log {
    pub const fn new() -> Self {
        Self { elsewhere: Seldom::new(), clock: Seldom::new() }
    }

    /// Whoever set this address up at a provider has it wrong, and its reports are lost. `known` are the right ones.
    pub fn elsewhere(&self, path: &str, known: &[String]) {
        if let Some(left_out) = self.elsewhere.left_out() {
            let (path, known) = (plain(path, MAX_PATH), known.join(", "));
            tracing::warn!(
                path,
                known,
                left_out,
                "A webhook came to an address where none is taken. Correct the address at the provider."
            );
        }
    }

    pub fn refused(&self, provider: &str, why: Refused) {
        match why {
            Refused::Unsigned => tracing::info!(provider, outcome = %why, "A webhook was refused."),
            Refused::Clock { .. } => {
                if let Some(left_out) = self.clock.left_out() {
                    tracing::warn!(
                        provider,
                        outcome = %why,
                        left_out,
                        "A webhook was refused for its time. If this goes on, this machine's clock is wrong: set it, and the \
                         provider's repetitions will be taken."
                    );
                }
            }
        }
    }
}
