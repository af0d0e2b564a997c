//! A mail server that exists only in memory: it takes everything, unless a test told it to answer otherwise.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Envelope, HandOver, SmtpStage};

/// A mail that was handed over.
#[derive(Clone, Debug)]
pub struct Handed {
    pub envelope: Envelope,
    pub source: String,
}

/// Clones share what they hold.
#[derive(Clone, Default)]
pub struct Memory(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    handed: Vec<Handed>,
    answers: VecDeque<HandOver>,
}

impl Memory {
    /// The next hand-over ends like this; several wait their turn. Then all are accepted again.
    pub fn answer_next(&self, answer: HandOver) {
        self.state().answers.push_back(answer);
    }

    /// Every mail taken so far, in order.
    pub fn handed(&self) -> Vec<Handed> {
        self.state().handed.clone()
    }

    /// Refusals before the content and mail that never went out show at the envelope, as on the wire.
    pub(super) fn offer(&self, envelope: &Envelope) -> Result<MemoryOffer, HandOver> {
        let answer = self.state().answers.pop_front().unwrap_or_else(|| HandOver::Accepted("250 2.0.0 Ok".into()));
        match answer {
            HandOver::Refused(refusal) if refusal.stage != SmtpStage::Content => Err(HandOver::Refused(refusal)),
            HandOver::Unsent(reason) => Err(HandOver::Unsent(reason)),
            answer => Ok(MemoryOffer { memory: self.clone(), envelope: envelope.clone(), answer }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub struct MemoryOffer {
    memory: Memory,
    envelope: Envelope,
    answer: HandOver,
}

impl MemoryOffer {
    pub(super) fn deliver(self, bytes: &[u8]) -> HandOver {
        // A mail whose answer was lost did arrive, which is what makes a second attempt wrong.
        if matches!(self.answer, HandOver::Accepted(_) | HandOver::Unknown(_)) {
            let source = String::from_utf8_lossy(bytes).into_owned();
            self.memory.state().handed.push(Handed { envelope: self.envelope, source });
        }
        self.answer
    }
}
