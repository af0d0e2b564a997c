//! What the browser loads of spaces.

use leptos::prelude::*;

use super::form::{NewSpace, Space};
use super::list::Spaces;
use crate::lazy_screens::lazy_screens;

lazy_screens! {
    desk_screens, preload_space_screens, SpaceScreen:
    SPACES_SCREEN => Spaces,
    NEW_SPACE_SCREEN => NewSpace,
    SPACE_SCREEN => Space,
}
