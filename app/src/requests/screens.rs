//! What the browser loads to ask people for something and to look at what they sent.

use leptos::prelude::*;

use super::form::Request;
use super::overview::RequestOverview;
use super::page::EventRequests;
use crate::lazy_screens::lazy_screens;

lazy_screens! {
    request_screens, preload_request_screens, RequestScreen:
    EventRequestsRoute => EventRequests,
    RequestRoute => Request,
    RequestOverviewRoute => RequestOverview,
}
