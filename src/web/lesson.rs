//! The lesson pane: steps that tick, hints, guesses, the solution. Decides nothing.

use super::reader::{Markdown, Reader};
use crate::app::gallery::Card;
use crate::app::lesson::{Course, Step, Study};
use crate::app::solution::{Change, Sign};
use crate::shell::Session;
use yew::prelude::*;

/// What the hints of a lesson are, from the first.
const TIERS: [&str; 3] = ["A nudge", "The evidence", "The fix"];

/// What the pane needs besides the lesson.
pub struct Pane<'a> {
    /// The lesson.
    pub course: &'a Course,
    /// The session.
    pub session: &'a Session,
    /// Who draws Markdown.
    pub reader: Option<Reader>,
    /// What comes after this lesson.
    pub next: Option<&'a Card>,
    /// Called with what the learner does.
    pub onstudy: Callback<Study>,
    /// Called with the slug of another scenario.
    pub onwant: Callback<String>,
    /// Opens the gallery.
    pub ongallery: Callback<MouseEvent>,
    /// Everything from the start.
    pub onreset: Callback<MouseEvent>,
}

impl Pane<'_> {
    /// The pane.
    pub fn draw(&self) -> Html {
        let course = self.course;
        let scenario = course.scenario();
        let (before, why) = scenario.parts();
        let steps = scenario.steps.len();
        let done = course.ticked.iter().filter(|done| **done).count();
        let told = match course.finished {
            true => "Every step is done. Why it works stands below.".to_owned(),
            false => format!("{done} of {steps} steps done"),
        };
        html! {
            <div class="lesson">
                <header>
                    <button class="quiet" onclick={self.ongallery.clone()}>{ "‹ All lessons" }</button>
                    <h2>{ &scenario.title }</h2>
                    <p class="about">{ format!("{} · about {} min", scenario.level, scenario.minutes) }</p>
                    if let Some(origin) = &course.origin {
                        <p class="foreign">{ format!("From {origin}. This lesson is not part of this site: its text and checks are somebody else’s.") }</p>
                    }
                    <progress max={steps.to_string()} value={done.to_string()} aria-label="Steps done" />
                    <p class="told" role="status">{ told }</p>
                </header>
                { self.markdown(before) }
                <ol class="steps">{ for scenario.steps.iter().enumerate().map(|(index, step)| self.step(index, step)) }</ol>
                { for course.broken().filter(|_| course.has_tried(self.session)).map(|verdict| html! {
                    <div class="notyet"><p>{ format!("Not as it should stay: {}.", verdict.seen) }</p>{ self.markdown(&verdict.hint) }</div>
                }) }
                if course.finished {
                    <section class="passed" aria-label="Why it works">
                        <h3>{ "Why it works" }</h3>
                        { self.markdown(why) }
                        if let Some(card) = self.next {
                            <button class="primary" onclick={self.want(&card.slug)}>{ format!("Next: {}", card.title) }</button>
                        }
                    </section>
                }
                { self.help() }
                <footer>
                    <button onclick={self.onreset.clone()}>{ "Start over" }</button>
                    <button class="quiet" onclick={self.study(Study::Leave)}>{ "Leave the lesson" }</button>
                </footer>
            </div>
        }
    }

    fn study(&self, study: Study) -> Callback<MouseEvent> {
        let on = self.onstudy.clone();
        Callback::from(move |_| on.emit(study.clone()))
    }

    fn want(&self, slug: &str) -> Callback<MouseEvent> {
        let (on, slug) = (self.onwant.clone(), slug.to_owned());
        Callback::from(move |_| on.emit(slug.clone()))
    }

    fn markdown(&self, text: &str) -> Html {
        if text.is_empty() {
            return Html::default();
        }
        let on = self.onstudy.clone();
        let onpoint = Callback::from(move |target| on.emit(Study::Point(target)));
        html! { <Markdown reader={self.reader.clone()} text={text.to_owned()} {onpoint} /> }
    }

    fn step(&self, index: usize, step: &Step) -> Html {
        let course = self.course;
        let now = course.step();
        let (class, word) = match course.ticked[index] {
            true => ("done", "done"),
            false if index == now => ("now", "now"),
            false => ("later", "later"),
        };
        let open = index <= now;
        let guessed = step.predict.is_none() || course.guesses.contains_key(&index) || course.ticked[index];
        let tried = course.has_tried(self.session);
        let verdict = course.verdict(index).filter(|it| tried && index == now && !it.passed);
        html! {
            <li class={class} aria-current={(index == now).then_some("step")} key={index}>
                <span class="mark" aria-hidden="true">{ if course.ticked[index] { "✓".to_owned() } else { (index + 1).to_string() } }</span>
                <span class="visually-hidden">{ format!("Step {}, {word}. ", index + 1) }</span>
                { self.markdown(&step.text) }
                { self.question(index, step) }
                if open && guessed && !step.run.is_empty() {
                    <div class="run">{ for step.run.iter().map(|command| html! {
                        <button onclick={self.study(Study::Run(command.clone()))} aria-label={format!("Run {command}")}>
                            <span aria-hidden="true">{ "▸ " }</span><code>{ command }</code></button>
                    }) }</div>
                }
                if let Some(verdict) = verdict {
                    <div class="notyet">
                        <p>{ format!("Not yet: {}.", verdict.seen) }</p>
                        { self.markdown(&verdict.hint) }
                    </div>
                }
                if course.can_restart(index) && (index < now || tried) {
                    <button class="quiet again" onclick={self.study(Study::Restart(index))}
                        aria-label={format!("Again from here, step {}", index + 1)}>{ "Again from here" }</button>
                }
            </li>
        }
    }

    /// The question of a step, asked before anything moves.
    fn question(&self, index: usize, step: &Step) -> Html {
        let Some(question) = &step.predict else { return Html::default() };
        if index > self.course.step() {
            return Html::default();
        }
        let guess = self.course.guesses.get(&index).map(|guess| guess.option);
        let told = self.course.is_told(index, self.session);
        html! {
            <fieldset class="guess">
                <legend>{ "Guess first" }</legend>
                { self.markdown(&question.ask) }
                <div class="run">{ for question.options.iter().enumerate().map(|(option, words)| {
                    let right = told.is_some() && option == question.answer;
                    html! {
                        <button aria-pressed={(guess == Some(option)).to_string()} class={right.then_some("right")}
                            disabled={guess.is_some_and(|guess| guess != option) && !right}
                            onclick={self.study(Study::Guess(index, option))}>{ words }
                            if right { <span>{ " ✓" }</span> }</button>
                    }
                }) }</div>
                if let Some(guess) = told {
                    <p><b>{ if guess.option == question.answer { "As you guessed. " } else { "Not as guessed. " } }</b></p>
                    { self.markdown(&question.because) }
                } else if guess.is_some() {
                    <p class="about">{ "Now see." }</p>
                }
            </fieldset>
        }
    }

    /// Hints in tiers, and the solution behind them.
    fn help(&self) -> Html {
        let course = self.course;
        if course.finished {
            return Html::default();
        }
        let hints = &course.scenario().hints;
        let tier = |index: usize| TIERS[TIERS.len().saturating_sub(hints.len() - index).min(TIERS.len() - 1)];
        let more = course.hints < hints.len();
        html! {
            <section class="help" aria-label="Help">
                <ol aria-live="polite">{ for hints.iter().take(course.hints).enumerate().map(|(index, hint)| html! {
                    <li key={index}><b>{ tier(index) }</b>{ self.markdown(hint) }</li>
                }) }</ol>
                if more {
                    <button onclick={self.study(Study::Hint)}>{ format!("Hint: {}", tier(course.hints).to_lowercase()) }</button>
                } else {
                    <button aria-expanded={course.solution.is_some().to_string()} onclick={self.study(Study::Solution)}>{ "The solution" }</button>
                }
                if let Some(changes) = &course.solution { { self.solution(changes) } }
            </section>
        }
    }

    fn solution(&self, changes: &[Change]) -> Html {
        let script = &self.course.scenario().solution;
        let line = |(sign, text): &(Sign, String)| {
            let (class, mark) = match sign {
                Sign::Same => ("same", "  "),
                Sign::Gone => ("gone", "- "),
                Sign::New => ("new", "+ "),
            };
            html! { <span {class}>{ mark }{ text }{ "\n" }</span> }
        };
        html! {
            <div class="solution">
                <h3>{ "What it types" }</h3>
                <pre tabindex="0">{ script }</pre>
                <button onclick={self.study(Study::Run(script.clone()))}>{ "Run it" }</button>
                if !changes.is_empty() { <h3>{ "What it changes" }</h3> }
                { for changes.iter().map(|change| html! {
                    <><p class="about">{ &change.name }</p><pre class="diff" tabindex="0">{ for change.lines.iter().map(line) }</pre></>
                }) }
            </div>
        }
    }
}
