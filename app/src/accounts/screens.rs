//! What the browser loads of a member's own account.

use leptos::prelude::*;

use super::profile::Account;
use crate::lazy_screens::lazy_screens;

lazy_screens! {
    desk_screens, preload_account_screens, AccountScreen:
    ACCOUNT_SCREEN => Account,
}
