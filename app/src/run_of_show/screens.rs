//! The pages on which a run of show is edited. They are part of what the planner opens by a click, which has the same forms.

use leptos::prelude::*;

use super::deleted_screen::Deleted;
use super::item_screen::{EditItem, NewItem};
use super::paste_screen::Paste;
use crate::lazy_screens::lazy_screens;

lazy_screens! {
    planner_panels, preload_editing_screens, EditingScreen:
    NEW_ITEM_SCREEN => NewItem,
    EDIT_ITEM_SCREEN => EditItem,
    PASTE_SCREEN => Paste,
    DELETED_SCREEN => Deleted,
}
