//! What the browser loads to plan an event: its form, templates, and what was deleted.

use leptos::prelude::*;

use super::deleted::RecentlyDeleted;
use super::form::{EditEvent, NewEvent};
use super::templates::Templates;
use crate::lazy_screens::lazy_screens;

lazy_screens! {
    desk_screens, preload_event_form_screens, EventFormScreen:
    NEW_EVENT_SCREEN => NewEvent,
    EDIT_EVENT_SCREEN => EditEvent,
    TEMPLATES_SCREEN => Templates,
    RECENTLY_DELETED_SCREEN => RecentlyDeleted,
}
