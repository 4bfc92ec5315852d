using FsCheck;
using FsCheck.Fluent;
using ImageShare.Core.Sip.Registration;
using static ImageShare.Core.Tests.Sip.Registration.RegistrationRun;

namespace ImageShare.Core.Tests.Sip.Registration;

/// <summary>What holds whatever happens in whatever order.</summary>
[TestFixture]
public sealed class RegistrationMachineProperties
{
    private static readonly RegistrationInput[] Inputs =
    [
        new RegistrationInput.Begin(), new RegistrationInput.End(), new RegistrationInput.FlowLost(), Granted(3600), Granted(60, outbound: true), Granted(0), Ok(), NoAnswer,
        Refusal(403), Refusal(423, ("Min-Expires", "7200")), Refusal(439), Refusal(503, ("Retry-After", "100")), Refusal(302),
    ];

    [Test]
    [Category("REG-002")]
    [Category("REG-018")]
    public void At_most_one_REGISTER_is_in_progress_and_everyone_who_waits_is_told() => Prop.ForAll(
        Gen.Choose(0, Inputs.Length + 3).ListOf().ToArbitrary(),
        static steps =>
        {
            var run = new RegistrationRun(chance: 0.5);
            bool inProgress = false;
            int registering = 0;
            int unregistering = 0;
            foreach (int step in steps)
            {
                RegistrationInput input = step < Inputs.Length
                    ? Inputs[step]
                    : run.Timers.Keys.Skip(step - Inputs.Length).Select(t => new RegistrationInput.Elapsed(t)).FirstOrDefault() ?? Inputs[0];
                bool isAnswer = input is RegistrationInput.Accepted or RegistrationInput.Refused or RegistrationInput.Failed;
                if (isAnswer && !inProgress)
                {
                    continue;
                }

                int sent = run.Sent.Length;
                int told = run.CountOf(RegistrationEffectKind.ConcludeRegistering);
                int done = run.CountOf(RegistrationEffectKind.ConcludeUnregistering);
                registering += input is RegistrationInput.Begin ? 1 : 0;
                unregistering += input is RegistrationInput.End ? 1 : 0;
                run.Give(input);
                Assert.That(run.Sent.Length - sent, Is.LessThanOrEqualTo(!inProgress || isAnswer ? 1 : 0), "one at a time");
                inProgress = (inProgress && !isAnswer) || run.Sent.Length > sent;
                registering = run.CountOf(RegistrationEffectKind.ConcludeRegistering) > told ? 0 : registering;
                unregistering = run.CountOf(RegistrationEffectKind.ConcludeUnregistering) > done ? 0 : unregistering;

                // Whoever waits, waits for an answer or for the step after it.
                Assert.That(inProgress || (registering == 0 && unregistering == 0), Is.True, $"{run.State.Phase}: {registering} {unregistering}");
                Assert.That(run.State.Phase is RegistrationPhase.Registering or RegistrationPhase.Unregistering, Is.EqualTo(inProgress));
                Assert.That(run.State.Phase != RegistrationPhase.Waiting || run.Timers.ContainsKey(RegistrationTimer.Retry), Is.True, "it goes on");
                Assert.That(run.State.Phase != RegistrationPhase.Registered || run.Timers.ContainsKey(RegistrationTimer.Refresh), Is.True, "it is refreshed");
            }
        }).QuickCheckThrowOnFailure();
}
