//! What both adapters do alike.

mod faults_at_every_step;
mod same_requests;
