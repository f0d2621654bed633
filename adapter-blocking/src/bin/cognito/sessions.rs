//! The commands that list and revoke the user's sessions on all devices.

use cognito_blocking::operation::{ListUserSessions, RevokeUserSession, SessionDescription};
use serde_json::{Value, json};

use crate::arguments::Sessions;
use crate::devices::format_time;
use crate::output::{Failure, Report};
use crate::program::Program;

pub(crate) fn run(program: &Program, command: Sessions) -> Result<Report, Failure> {
    let session = program.session()?;
    match command {
        Sessions::List => {
            let mut sessions = Vec::new();
            for page in session.pages(ListUserSessions::new()) {
                sessions.extend(page?.sessions);
            }
            let json: Vec<Value> = sessions.iter().map(to_json).collect();
            let lines: Vec<String> = sessions.iter().map(to_line).collect();
            Ok(Report::lines(lines, json!({ "sessions": json })))
        }
        Sessions::Revoke { session_id } => {
            session.call(RevokeUserSession::new(&*session_id))?;
            Ok(Report::new(
                format!("Revoked the session {session_id}."),
                json!({ "session_id": session_id, "revoked": true }),
            ))
        }
    }
}

fn to_line(session: &SessionDescription) -> String {
    let id = session.session_id.as_deref().unwrap_or_default();
    let last = format_time(session.last_active_date.as_ref()).unwrap_or_default();
    let device = session.device_type.as_deref().unwrap_or_default();
    let mark = if session.is_current_session == Some(true) { "  (current)" } else { "" };
    format!("{id}  {last}  {device}{mark}").trim_end().to_owned()
}

fn to_json(session: &SessionDescription) -> Value {
    json!({
        "session_id": session.session_id,
        "client_id": session.client_id,
        "created_at": format_time(session.create_date.as_ref()),
        "last_active_at": format_time(session.last_active_date.as_ref()),
        "device_type": session.device_type,
        "last_ip_address": session.last_ip_address,
        "is_current": session.is_current_session,
    })
}
