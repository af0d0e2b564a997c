//! Groups of people, and which of them the crew list shows.

use super::CrewRow;
use crate::domain::delivery::DeliveryStatus;
use crate::domain::rsvp::Rsvp;

/// Which rows the crew list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryGroup {
    Delivered,
    /// Sent or delayed: an answer is still to come.
    Waiting,
    NeedsAttention,
    NotInvited,
}

impl DeliveryGroup {
    pub const ALL: [Self; 4] = [Self::Delivered, Self::Waiting, Self::NeedsAttention, Self::NotInvited];

    /// As an address spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Waiting => "waiting",
            Self::NeedsAttention => "attention",
            Self::NotInvited => "not-invited",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.code() == code)
    }
}

impl CrewRow {
    pub fn delivery_group(&self) -> DeliveryGroup {
        match &self.invite {
            None if self.blocked.is_some() => DeliveryGroup::NeedsAttention,
            None => DeliveryGroup::NotInvited,
            Some(invite) => match invite.status {
                Some(DeliveryStatus::Delivered) => DeliveryGroup::Delivered,
                Some(status) if status.needs_attention() => DeliveryGroup::NeedsAttention,
                _ => DeliveryGroup::Waiting,
            },
        }
    }
}

/// Which rows the crew list shows, when not all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFilter {
    Delivery(DeliveryGroup),
    Rsvp(Rsvp),
}

impl RowFilter {
    /// As an address spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Delivery(group) => group.code(),
            Self::Rsvp(rsvp) => rsvp.code(),
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        DeliveryGroup::from_code(code).map(Self::Delivery).or_else(|| Rsvp::from_code(code).map(Self::Rsvp))
    }

    /// Whether it shows the row. What people answered hides nobody while answers are not shown.
    pub fn shows(self, row: &CrewRow, asks: bool) -> bool {
        match self {
            Self::Delivery(group) => row.delivery_group() == group,
            Self::Rsvp(rsvp) => !asks || row.rsvp == rsvp,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planner::crew::tests::row;

    #[test]
    fn a_filter_shows_its_rows_and_answers_hide_nobody_while_they_are_not_shown() {
        let coming = CrewRow { rsvp: Rsvp::Accepted, ..row() };
        for filter in DeliveryGroup::ALL.map(RowFilter::Delivery).into_iter().chain(Rsvp::ALL.map(RowFilter::Rsvp)) {
            assert_eq!(RowFilter::from_code(filter.code()), Some(filter));
        }
        assert!(RowFilter::Rsvp(Rsvp::Accepted).shows(&coming, true));
        assert!(!RowFilter::Rsvp(Rsvp::NoReply).shows(&coming, true));
        assert!(RowFilter::Rsvp(Rsvp::NoReply).shows(&coming, false));
        assert!(RowFilter::Delivery(DeliveryGroup::NotInvited).shows(&coming, true));
    }
}
