//! What the browser loads to ask people for something and to look at what they sent.

use leptos::prelude::*;

use super::form::Request;
use super::overview::RequestOverview;
use super::page::EventRequests;
use crate::lazy_screens::lazy_screens;

lazy_screens! {
    asking_screens, preload_request_screens, RequestScreen:
    EVENT_REQUESTS_SCREEN => EventRequests,
    REQUEST_SCREEN => Request,
    REQUEST_OVERVIEW_SCREEN => RequestOverview,
}
