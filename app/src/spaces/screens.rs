//! What the browser loads of spaces.

use leptos::prelude::*;

use super::form::{NewSpace, Space};
use super::list::Spaces;
use crate::lazy_screens::lazy_screens;

lazy_screens! {
    desk_screens, preload_space_screens, SpaceScreen:
    SpacesRoute => Spaces,
    NewSpaceRoute => NewSpace,
    SpaceRoute => Space,
}
