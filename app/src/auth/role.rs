//! What a member is in an account.

/// What a member may do in an account. Everybody may do everything so far; the owner is the one it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Owner,
    Handler,
}

impl Role {
    pub const ALL: [Self; 2] = [Self::Owner, Self::Handler];

    /// As the database stores it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Handler => "handler",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}
