//! The devices that the service knows of the user.

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
            let key = this_or(program, &session, device_key)?;
            let remembered = DeviceRememberedStatus::Remembered;
            let status = if not { DeviceRememberedStatus::NotRemembered } else { remembered };
            session.call(UpdateDeviceStatus::new(&*key, status))?;
            let text = if not { format!("{key} is not remembered.") } else { format!("{key} is remembered.") };
            Ok(Report::new(text, json!({ "device_key": key, "remembered": !not })))
        }
        Devices::Forget { device_key } => {
            let key = this_or(program, &session, device_key)?;
            session.call(ForgetDevice::new(&*key))?;
            program.sessions()?.change_devices(|devices| devices.remove_device(&key).is_some())?;
            Ok(Report::new(format!("{key} is forgotten."), json!({ "device_key": key, "forgotten": true })))
        }
    }
}

fn list(session: &SessionHandle) -> Result<Report, Failure> {
    let mut devices = Vec::new();
    for page in session.pages(ListDevices::new()) {
        devices.extend(page?.devices);
    }
    let shown: Vec<Value> = devices.iter().map(shown).collect();
    let lines: Vec<String> = devices.iter().map(line).collect();
    let text = if lines.is_empty() { "No device is known.".to_owned() } else { lines.join("\n") };
    Ok(Report::new(text, json!({ "devices": shown })))
}

fn line(device: &Device) -> String {
    let key = device.device_key.as_deref().unwrap_or_default();
    let name = attribute(device, "device_name").unwrap_or_default();
    let last = time(device.device_last_authenticated_date.as_ref()).unwrap_or_default();
    format!("{key}  {name}  {last}").trim_end().to_owned()
}

fn shown(device: &Device) -> Value {
    let attributes = device.device_attributes.iter();
    let attributes: Value = attributes.map(|attribute| (attribute.name.clone(), json!(attribute.value))).collect();
    json!({
        "device_key": device.device_key,
        "attributes": attributes,
        "created_at": time(device.device_create_date.as_ref()),
        "last_authenticated_at": time(device.device_last_authenticated_date.as_ref()),
    })
}

fn attribute<'a>(device: &'a Device, name: &str) -> Option<&'a str> {
    device.device_attributes.iter().find(|attribute| attribute.name == name)?.value.as_deref()
}

pub(crate) fn time(seconds: Option<&EpochSeconds>) -> Option<String> {
    seconds.and_then(EpochSeconds::timestamp).map(iso_8601)
}

/// This device, or the one of the user on this machine.
fn this_or(program: &Program, session: &SessionHandle, given: Option<String>) -> Result<String, Failure> {
    if let Some(key) = given {
        return Ok(key);
    }
    let devices = program.sessions()?.devices()?;
    let key = devices.get(session.username()).map(|record| record.device_key().to_owned());
    key.ok_or_else(|| Failure::Usage("this machine is no device of the user: give a device's key".to_owned()))
}
