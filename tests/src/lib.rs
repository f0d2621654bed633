//! The simulated service comes here.
