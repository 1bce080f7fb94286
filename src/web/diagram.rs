//! The diagram: a scene as SVG, and what a hand does to it. Decides nothing.

use super::motion::Moving;
use super::still::Still;
use crate::app::aim::Aim;
use crate::app::form::Verb;
use crate::app::scene::{Entity, Motion, Point, Scene};
use gloo::events::{EventListener, EventListenerOptions};
use gloo::timers::callback::Timeout;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, TouchEvent, WheelEvent};
use yew::prelude::*;

/// A value that is equal only to itself: comparing a large one at every frame would cost more than it saves.
#[derive(Debug)]
pub struct Shared<T>(pub Rc<T>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// What a person did to the diagram.
#[derive(Clone, Debug)]
pub enum Gesture {
    /// Pointed at a thing.
    Point(Entity),
    /// Dragged from one thing to another.
    Drag(Entity, Entity),
    /// Wants to send from a thing.
    From(Entity, Verb),
    /// Let everything go.
    Release,
    /// Made it larger by this factor, or smaller.
    Zoom(f64),
    /// Wants to see all of it.
    Fit,
}

/// What the diagram draws.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Where everything is.
    pub scene: Shared<Scene>,
    /// Where requests are.
    pub motion: Motion,
    /// What a person pointed at.
    pub selected: Option<Entity>,
    /// What the next click does.
    pub aim: Aim,
    /// How large it is drawn.
    pub zoom: f64,
    /// Called for what a person does.
    pub on: Callback<Gesture>,
}

/// A drag from a thing: its place among the items, where it began, where the pointer is.
type Dragged = Option<(usize, Point, Point)>;

/// How far a pointer moves before it drags, in CSS pixels.
const SLACK: f64 = 6.0;

/// The diagram.
#[component]
pub fn Diagram(props: &Props) -> Html {
    let root = use_node_ref();
    let drag = use_state(|| None::<(usize, Point, Point)>);
    let pan = use_mut_ref(|| None::<(f64, f64)>);
    {
        let (root, on) = (root.clone(), props.on.clone());
        use_effect_with((), move |()| {
            let listeners = root.cast::<Element>().map(|element| pinches(&element, &on)).unwrap_or_default();
            move || drop(listeners)
        });
    }
    let scene = &props.scene.0;
    let zoom = props.zoom;
    let place = {
        let root = root.clone();
        move |event: &PointerEvent| {
            let corner = root.cast::<Element>().map(|svg| svg.get_bounding_client_rect());
            let (left, top) = corner.map_or((0.0, 0.0), |rect| (rect.left(), rect.top()));
            Point {
                x: (f64::from(event.client_x()) - left) / zoom,
                y: (f64::from(event.client_y()) - top) / zoom,
            }
        }
    };
    let onpointerdown = {
        let (drag, pan, place) = (drag.clone(), pan.clone(), place.clone());
        Callback::from(move |event: PointerEvent| {
            // A finger scrolls and taps; two taps send as well.
            if event.button() != 0 || event.pointer_type() == "touch" {
                return;
            }
            match under(&event) {
                Some(index) => {
                    let at = place(&event);
                    drag.set(Some((index, at, at)));
                }
                None => *pan.borrow_mut() = Some((event.client_x().into(), event.client_y().into())),
            }
        })
    };
    let onpointermove = {
        let (drag, pan, place, root) = (drag.clone(), pan.clone(), place, root.clone());
        Callback::from(move |event: PointerEvent| {
            if let Some((index, from, _)) = *drag {
                drag.set((event.buttons() & 1 == 1).then(|| (index, from, place(&event))));
            }
            let mut pan = pan.borrow_mut();
            let Some((x, y)) = *pan else { return };
            let (here_x, here_y) = (f64::from(event.client_x()), f64::from(event.client_y()));
            *pan = (event.buttons() & 1 == 1).then_some((here_x, here_y));
            if let Some(around) = root.cast::<Element>().and_then(|svg| svg.parent_element()) {
                around.set_scroll_left(around.scroll_left() - (here_x - x) as i32);
                around.set_scroll_top(around.scroll_top() - (here_y - y) as i32);
            }
        })
    };
    let onpointerup = {
        let (drag, pan, on, scene) = (drag.clone(), pan, props.on.clone(), scene.clone());
        Callback::from(move |event: PointerEvent| {
            pan.borrow_mut().take();
            let Some((index, ..)) = *drag else { return };
            drag.set(None);
            let target = under(&event).filter(|target| *target != index);
            let pair = target.and_then(|target| Some((scene.items.get(index)?, scene.items.get(target)?)));
            if let Some((from, to)) = pair {
                on.emit(Gesture::Drag(from.entity.clone(), to.entity.clone()));
            }
        })
    };
    let onkeydown = {
        let on = props.on.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.ctrl_key() || event.meta_key() || event.alt_key() {
                return;
            }
            let gesture = match event.key().as_str() {
                "Escape" => Gesture::Release,
                "+" | "=" => Gesture::Zoom(1.25),
                "-" => Gesture::Zoom(0.8),
                "0" => Gesture::Fit,
                _ => return,
            };
            event.prevent_default();
            on.emit(gesture);
        })
    };
    let view_box = format!("0 0 {} {}", scene.width, scene.height);
    let class = classes!("diagram", (props.aim != Aim::Off).then_some("aiming"));
    html! {
        <svg {class} ref={root} viewBox={view_box} role="group" aria-label="The cluster"
            width={format!("{:.0}", scene.width * zoom)} height={format!("{:.0}", scene.height * zoom)}
            {onpointerdown} {onpointermove} {onpointerup} {onkeydown}>
            <defs>
                <marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
                    <path d="M0 0 8 4 0 8z" fill="context-stroke" />
                </marker>
            </defs>
            <Still scene={props.scene.clone()} selected={props.selected.clone()} on={props.on.clone()} />
            { thread(*drag) }
            <Moving motion={props.motion.clone()} width={scene.width} />
        </svg>
    }
}

/// The line that follows a drag.
fn thread(drag: Dragged) -> Html {
    match drag {
        Some((_, from, to)) if (to.x - from.x).hypot(to.y - from.y) > SLACK => {
            let d = format!("M{:.1} {:.1}L{:.1} {:.1}", from.x, from.y, to.x, to.y);
            html! { <path class="thread" {d} marker-end="url(#tip)" /> }
        }
        _ => Html::default(),
    }
}

/// The item under a pointer, by its place among the items.
fn under(event: &PointerEvent) -> Option<usize> {
    let element: Element = event.target()?.dyn_into().ok()?;
    element.closest("[data-index]").ok()??.get_attribute("data-index")?.parse().ok()
}

/// Listens for what makes the diagram larger and smaller: a wheel with Ctrl, which a trackpad's pinch is too, and two
/// fingers. Yew's own listeners are passive and could not keep the browser from zooming the page.
fn pinches(svg: &Element, on: &Callback<Gesture>) -> Vec<EventListener> {
    let active = EventListenerOptions::enable_prevent_default();
    let (wheel_on, touch_on) = (on.clone(), on.clone());
    let around = svg.parent_element();
    let mut apart = None::<f64>;
    vec![
        EventListener::new_with_options(svg, "wheel", active, move |event| {
            let Some(event) = event.dyn_ref::<WheelEvent>() else { return };
            if !(event.ctrl_key() || event.meta_key()) {
                return;
            }
            event.prevent_default();
            let factor = if event.delta_y() < 0.0 { 1.1 } else { 1.0 / 1.1 };
            wheel_on.emit(Gesture::Zoom(factor));
            if let Some(around) = around.clone() {
                let corner = around.get_bounding_client_rect();
                let x = f64::from(event.client_x()) - corner.left();
                let y = f64::from(event.client_y()) - corner.top();
                // What is under the pointer stays there, once the new size is drawn.
                let left = (f64::from(around.scroll_left()) + x) * factor - x;
                let top = (f64::from(around.scroll_top()) + y) * factor - y;
                Timeout::new(0, move || {
                    around.set_scroll_left(left as i32);
                    around.set_scroll_top(top as i32);
                })
                .forget();
            }
        }),
        EventListener::new_with_options(svg, "touchmove", active, move |event| {
            let Some(event) = event.dyn_ref::<TouchEvent>() else { return };
            let touches = event.touches();
            let (Some(a), Some(b)) = (touches.get(0), touches.get(1)) else {
                apart = None;
                return;
            };
            event.prevent_default();
            let now = f64::from(a.client_x() - b.client_x()).hypot(f64::from(a.client_y() - b.client_y()));
            if let Some(before) = apart.replace(now).filter(|before| *before > 1.0) {
                touch_on.emit(Gesture::Zoom(now / before));
            }
        }),
    ]
}
