//! The binary's own words about a configuration or a place that it cannot use.

use std::net::TcpListener;
use std::process::{Command, Output};

use crate::database::Folder;

fn callboard(folder: &Folder, arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_callboard"))
        .current_dir(folder.path())
        .args(arguments)
        .env_clear()
        .envs(settings.iter().copied())
        .output()
        .expect("the binary runs")
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn all_faults_are_listed_and_the_exit_code_is_2() {
    let folder = Folder::new();
    let wrong = [
        ("CALLBOARD_ADDR", "somewhere"),
        ("CALLBOARD_BASE_URL", "callboard.example"),
        ("DATABASE_URL", "postgre://user:hunter2@host/db"),
        ("CALLBOARD_MAIL_PROVIDER", "pigeon"),
        ("CALLBOARD_LOG", "xml"),
        ("CALLBOARD_TRUSTED_PROXIES", "10.0.0.0/8"),
    ];
    let output = callboard(&folder, &[], &wrong);
    assert_eq!(output.status.code(), Some(2));
    for (setting, _) in wrong {
        assert!(words(&output).contains(&format!("{setting}: expected")), "{setting} in {}", words(&output));
    }
    assert!(!words(&output).contains("hunter2"), "passwords are not repeated");
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 0, "nothing is made");
}

#[test]
fn a_webhook_secret_is_that_of_a_provider_we_know() {
    let folder = Folder::new();
    let output = callboard(&folder, &[], &[("CALLBOARD_WEBHOOK_SECRET_PIGEON", "coo")]);
    assert_eq!(output.status.code(), Some(2));
    let expected = "expected one of CALLBOARD_WEBHOOK_SECRET_RESEND, got CALLBOARD_WEBHOOK_SECRET_PIGEON";
    assert!(words(&output).contains(expected), "{}", words(&output));

    let output = callboard(&folder, &["--webhook-secret-resend", "%%%"], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        words(&output).contains("CALLBOARD_WEBHOOK_SECRET_RESEND: expected whsec_ and base64"),
        "{}",
        words(&output)
    );
}

#[test]
fn the_demo_is_refused_beyond_loopback() {
    let folder = Folder::new();
    let output = callboard(&folder, &[], &[("CALLBOARD_ADDR", "0.0.0.0:3000"), ("CALLBOARD_DEMO", "1")]);
    assert_eq!(output.status.code(), Some(2));
    assert!(words(&output).contains("only runs on loopback"), "{}", words(&output));
}

#[test]
fn a_taken_port_is_named() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = taken.local_addr().expect("its address").to_string();
    let output = callboard(&folder, &["serve"], &[("CALLBOARD_ADDR", &addr)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(words(&output).contains(&format!("{addr} is taken by another program")), "{}", words(&output));
}

#[test]
fn a_database_that_cannot_be_opened_is_named_at_once() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path().join("callboard.db")).expect("a folder in the way");
    let output = callboard(&folder, &["migrate"], &[("DATABASE_URL", "sqlite://callboard.db")]);
    assert_eq!(output.status.code(), Some(2));
    assert!(words(&output).contains("DATABASE_URL: callboard.db is a folder; name a file in it"), "{}", words(&output));
}

/// The binary in a folder of its own, as a user that may not write there.
#[cfg(unix)]
fn callboard_without_leave(folder: &Folder) -> Output {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;
    let binary = folder.path().join("callboard");
    // Where the build lies, another user may not come.
    std::fs::copy(env!("CARGO_BIN_EXE_callboard"), &binary).expect("a copy");
    let is_root = std::fs::metadata(&binary).expect("the copy").uid() == 0;
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o555)).expect("a mode");
    let mut command = Command::new(&binary);
    command.current_dir(folder.path()).arg("migrate").env_clear().env("DATABASE_URL", "sqlite://callboard.db");
    if is_root {
        command.uid(65_534).gid(65_534);
    }
    let output = command.output().expect("the binary runs");
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).expect("a mode");
    output
}

#[cfg(unix)]
#[test]
fn d15_a_place_that_cannot_be_written_is_named_with_what_to_do() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let output = callboard_without_leave(&folder);
    assert_eq!(output.status.code(), Some(2), "{}", words(&output));
    assert!(words(&output).contains("DATABASE_URL: . cannot be written: Permission denied"), "{}", words(&output));
    assert!(words(&output).contains("ch"), "chown or chmod, by whose it is: {}", words(&output));

    let file = folder.path().join("callboard.db");
    std::fs::write(&file, "").expect("a file");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o444)).expect("a mode");
    let output = callboard_without_leave(&folder);
    assert_eq!(output.status.code(), Some(2));
    assert!(words(&output).contains("DATABASE_URL: callboard.db cannot be written"), "{}", words(&output));
}

#[test]
fn d15_settings_that_cannot_work_together_are_refused_with_what_to_do() {
    let folder = Folder::new();
    let smtp = [("CALLBOARD_MAIL_PROVIDER", "smtp"), ("CALLBOARD_SMTP_URL", "smtps://mail.venue.test")];
    let output = callboard(&folder, &[], &smtp);
    assert_eq!(output.status.code(), Some(2));
    assert!(words(&output).contains("CALLBOARD_BASE_URL: expected the public address"), "{}", words(&output));

    let demo = [("CALLBOARD_DEMO", "1"), ("CALLBOARD_BASE_URL", "https://callboard.example")];
    let output = callboard(&folder, &[], &demo);
    assert_eq!(output.status.code(), Some(2));
    assert!(words(&output).contains("only for this machine"), "{}", words(&output));
}

#[test]
fn migrating_twice_is_harmless() {
    let folder = Folder::new();
    for _ in 0..2 {
        let output = callboard(&folder, &["migrate"], &[("DATABASE_URL", "sqlite://data/callboard.db")]);
        assert!(output.status.success(), "{}", words(&output));
    }
    assert!(folder.path().join("data/callboard.key").is_file());
}

#[cfg(unix)]
#[test]
fn d16_what_is_made_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let settings = [("DATABASE_URL", "sqlite://data/deep/callboard.db"), ("CALLBOARD_DEMO", "1")];
    let output = callboard(&folder, &["demo"], &settings);
    assert!(output.status.success(), "{}", words(&output));
    let mode = |path: &str| std::fs::metadata(folder.path().join(path)).expect(path).permissions().mode() & 0o777;
    assert_eq!((mode("data"), mode("data/deep")), (0o700, 0o700));
    assert_eq!((mode("data/deep/callboard.db"), mode("data/deep/callboard.key")), (0o600, 0o600));

    // As an older version left them, or a copy.
    for name in ["data/deep/callboard.db", "data/deep/callboard.key"] {
        std::fs::set_permissions(folder.path().join(name), std::fs::Permissions::from_mode(0o644)).expect("a mode");
    }
    let output = callboard(&folder, &["migrate"], &settings);
    assert!(words(&output).contains("Other users could open these files"), "{}", words(&output));
    assert_eq!((mode("data/deep/callboard.db"), mode("data/deep/callboard.key")), (0o600, 0o600));
}

#[test]
fn every_command_explains_itself() {
    let folder = Folder::new();
    for command in ["serve", "migrate", "demo", "suppressions"] {
        let output = callboard(&folder, &[command, "--help"], &[]);
        assert!(output.status.success() && !output.stdout.is_empty(), "{command}");
    }
}

#[test]
fn lifting_what_is_not_blocked_says_so() {
    let folder = Folder::new();
    let output = callboard(&folder, &["suppressions", "remove", "ann@example.com"], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(words(&output).contains("ann@example.com is not blocked"), "{}", words(&output));
}
