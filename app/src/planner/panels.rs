//! What the browser loads of the planner when it is first opened.

use super::editor::{Editor, editor};
use super::share_panel::{Share, share_panel};
use crate::lazy_screens::lazy_panels;

lazy_panels! {
    planner_panels, preload_planner_panels, PlannerPanel:
    Share(Share) => share_panel,
    Item(Editor) => editor,
}
