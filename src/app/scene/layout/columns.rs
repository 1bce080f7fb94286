//! The columns of the plane: callers, Services, pods; and a column for each node where there are several.

use super::{MARGIN, PAD};
use crate::app::scene::{Census, Rect};

/// Diagrams narrower than this many CSS pixels are stacked.
const NARROW: f64 = 560.0;

/// Where the columns are.
pub(super) struct Columns {
    pub narrow: bool,
    /// Inside the outer box.
    pub inner: Rect,
    /// Pods that nothing selects; no width where there is no such column.
    pub callers: (f64, f64),
    pub services: (f64, f64),
    pub pods: (f64, f64),
    /// The nodes' names, where pods are put into columns by node.
    pub nodes: Vec<String>,
}

impl Columns {
    pub fn of(census: &Census, width: f64) -> Self {
        let narrow = width < NARROW;
        let inner = Rect { x: MARGIN + PAD, y: 0.0, w: width - 2.0 * (MARGIN + PAD), h: 0.0 };
        let nodes: Vec<String> = if narrow || census.nodes.len() < 2 {
            Vec::new()
        } else {
            let waits = census.quarters.iter().flat_map(|q| &q.groups).flat_map(|g| &g.pods);
            let unscheduled = waits.clone().any(|pod| pod.node.is_empty());
            let names = census.nodes.iter().map(|(name, _)| name.clone());
            names.chain(unscheduled.then(String::new)).collect()
        };
        let (x, w) = (inner.x + PAD, inner.w - 2.0 * PAD);
        if narrow {
            return Self { narrow, inner, callers: (x, 0.0), services: (x, w), pods: (x, w), nodes };
        }
        let (callers, services) = if nodes.is_empty() { (w * 0.26, w * 0.37) } else { (0.0, w * 0.32) };
        let gap = w * 0.035;
        let callers = callers.min(300.0);
        let services = services.clamp(160.0, 300.0);
        let pods = w - callers - services - gap * if callers > 0.0 { 2.0 } else { 1.0 };
        let pods = if nodes.is_empty() { pods.min(340.0) } else { pods };
        let spare = w - callers - services - pods;
        let gap = if callers > 0.0 { spare / 2.0 } else { spare };
        let services_x = if callers > 0.0 { x + callers + gap } else { x };
        Self {
            narrow,
            inner,
            callers: (x, callers),
            services: (services_x, services),
            pods: (services_x + services + gap, pods),
            nodes,
        }
    }

    /// The column of a node within the pods' column.
    pub fn node(&self, name: &str) -> (f64, f64) {
        let (x, w) = self.pods;
        match self.nodes.iter().position(|node| node == name) {
            Some(index) => {
                let each = w / self.nodes.len() as f64;
                (x + each * index as f64, each)
            }
            None => (x, w),
        }
    }
}
