//! The commands that list, remember and forget the user's devices.

use cognito_blocking::SessionHandle;
use cognito_blocking::operation::{
    Device, DeviceRememberedStatus, EpochSeconds, ForgetDevice, ListDevices, UpdateDeviceStatus,
};
use serde_json::{Value, json};

use crate::arguments::Devices;
use crate::output::{Failure, Report};
use crate::program::{Program, iso_8601};

pub(crate) fn run(program: &Program, command: Devices) -> Result<Report, Failure> {
    let session = program.session()?;
    match command {
        Devices::List => list(&session),
        Devices::Remember { device_key, not } => {
            let key = device_key_or_local(program, &session, device_key)?;
            let remembered = DeviceRememberedStatus::Remembered;
            let status = if not { DeviceRememberedStatus::NotRemembered } else { remembered };
            session.call(UpdateDeviceStatus::new(&*key, status))?;
            let state = if not { "not remembered" } else { "remembered" };
            Ok(Report::new(format!("The device {key} is {state}."), json!({ "device_key": key, "remembered": !not })))
        }
        Devices::Forget { device_key } => {
            let key = device_key_or_local(program, &session, device_key)?;
            session.call(ForgetDevice::new(&*key))?;
            program.sessions()?.change_devices(|devices| devices.remove_device(&key).is_some())?;
            Ok(Report::new(format!("The device {key} is deleted."), json!({ "device_key": key, "forgotten": true })))
        }
    }
}

fn list(session: &SessionHandle) -> Result<Report, Failure> {
    let mut devices = Vec::new();
    for page in session.pages(ListDevices::new()) {
        devices.extend(page?.devices);
    }
    let json: Vec<Value> = devices.iter().map(to_json).collect();
    let mut lines: Vec<String> = devices.iter().map(to_line).collect();
    if lines.is_empty() {
        lines.push("The user has no devices.".to_owned());
    }
    Ok(Report::lines(lines, json!({ "devices": json })))
}

fn to_line(device: &Device) -> String {
    let key = device.device_key.as_deref().unwrap_or_default();
    let name = attribute(device, "device_name").unwrap_or_default();
    let last = format_time(device.device_last_authenticated_date.as_ref()).unwrap_or_default();
    format!("{key}  {name}  {last}").trim_end().to_owned()
}

fn to_json(device: &Device) -> Value {
    let attributes = device.device_attributes.iter();
    let attributes: Value = attributes.map(|attribute| (attribute.name.clone(), json!(attribute.value))).collect();
    json!({
        "device_key": device.device_key,
        "attributes": attributes,
        "created_at": format_time(device.device_create_date.as_ref()),
        "last_authenticated_at": format_time(device.device_last_authenticated_date.as_ref()),
    })
}

fn attribute<'a>(device: &'a Device, name: &str) -> Option<&'a str> {
    device.device_attributes.iter().find(|attribute| attribute.name == name)?.value.as_deref()
}

/// Formats a time that the service sent. The format is ISO 8601.
pub(crate) fn format_time(seconds: Option<&EpochSeconds>) -> Option<String> {
    seconds.and_then(EpochSeconds::timestamp).map(iso_8601)
}

/// Returns the device key that the user passed on the command line. If the user passed no key, returns the
/// key of the user's device on this machine.
fn device_key_or_local(program: &Program, session: &SessionHandle, given: Option<String>) -> Result<String, Failure> {
    if let Some(key) = given {
        return Ok(key);
    }
    let devices = program.sessions()?.devices()?;
    let key = devices.get(session.username()).map(|record| record.device_key().to_owned());
    key.ok_or_else(|| {
        Failure::Usage("this machine is not registered as a device of the user: pass a device key".to_owned())
    })
}
