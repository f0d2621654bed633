//! The simulated service alone: its set-up, its faults, its wire format, and input of any kind.

mod admin;
mod any_input;
mod faults;
mod operation_table;
mod set_up;
mod wire;
