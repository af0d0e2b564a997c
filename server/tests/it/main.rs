//! Integration tests: the real router, a real database, a clock that stands still. One binary, one file a feature.

#[macro_use]
mod database;

mod access;
mod accounts;
mod auth;
mod backup;
mod bad_rows;
mod batches;
mod busy;
mod cable;
mod calendars;
mod clock_steps;
mod config;
mod connections;
mod contacts;
mod deletes;
mod demo;
#[cfg(target_os = "linux")]
mod descriptors;
mod devices;
mod emails;
mod events;
mod fold;
mod forms;
mod guest_live;
mod hostile;
mod hosts;
mod html;
mod life;
mod live;
mod mailer;
mod migrations;
mod order;
mod outbox;
mod paper;
mod people;
mod planner;
mod plans;
#[cfg(unix)]
mod pooler;
mod portal;
mod progress;
mod published;
mod recorder;
mod requests;
mod routes;
mod rows;
mod rsvp;
mod run_of_show;
mod said;
mod sandbox;
mod security;
mod sent_mail;
mod share_page;
mod smtp;
mod spaces;
mod statements;
mod support;
mod sweep;
mod two_processes;
mod uploads;
mod venue;
mod webhooks;
mod wire;
mod workers;
