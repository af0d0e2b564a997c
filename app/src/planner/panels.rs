//! What the browser loads of the planner when it is first opened.

use super::editor::{Editor, editor};
use super::person_panel::{OnEvent, TakenOff, person_panel, undo_panel};
use crate::lazy_screens::lazy_panels;

lazy_panels! {
    planner_panels, preload_planner_panels, PlannerPanel:
    Item(Editor) => editor,
    Person(OnEvent) => person_panel,
    TakenOff(TakenOff) => undo_panel,
}
