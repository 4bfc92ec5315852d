namespace ImageShare.Core.Sip.Registration;

/// <summary>
/// Keeps a user registered (RFC 3261 §10.2, RFC 5626 §4): a pure function from state and input to state and effects. At most one REGISTER is in progress
/// (RFC 3261 §10.2).
/// </summary>
internal static class RegistrationMachine
{
    // A registrar that asks for ever more is not followed.
    private const int MostAdaptations = 2;

    /// <summary>One step.</summary>
    /// <param name="now">The state.</param>
    /// <param name="input">What happened.</param>
    /// <param name="chance">A random number from 0 to 1.</param>
    /// <param name="effects">Gets what is to be done.</param>
    public static RegistrationSituation Step(RegistrationSituation now, RegistrationInput input, double chance, ICollection<RegistrationEffect> effects) =>
        input switch
        {
            RegistrationInput.Begin => OnBegin(now, effects),
            RegistrationInput.End => OnEnd(now, effects),
            RegistrationInput.Elapsed(var timer) => OnElapsed(now, timer, effects),
            RegistrationInput.FlowLost => OnFlowLost(now, chance, effects),
            _ when now.Phase == RegistrationPhase.Unregistering => OnUnregistered(now, input, effects),
            _ when now.Phase != RegistrationPhase.Registering => now,
            RegistrationInput.Accepted(var answer) => OnAccepted(now, answer, chance, effects),
            RegistrationInput.Refused(var refusal) => OnRefused(now, refusal, chance, effects),
            RegistrationInput.Failed(var problem) => Fail(now, problem, chance, effects),
            _ => now,
        };

    private static RegistrationSituation OnBegin(RegistrationSituation now, ICollection<RegistrationEffect> effects)
    {
        switch (now.Phase)
        {
            case RegistrationPhase.Registering:
                // The one in progress is what is wanted, even if it was to be undone.
                TurnBackAgain(now, RegistrationEffect.ConcludeUnregistering, effects);
                return now with { TurnsBack = false };
            case RegistrationPhase.Unregistering:
                return now with { TurnsBack = true };
            case RegistrationPhase.Idle or RegistrationPhase.Refused:
                return Send(new RegistrationSituation(now.Options), effects);
            default:
                effects.Add(RegistrationEffect.Stop(RegistrationTimer.Retry));
                effects.Add(RegistrationEffect.Stop(RegistrationTimer.Refresh));
                return Send(now, effects);
        }
    }

    private static RegistrationSituation OnEnd(RegistrationSituation now, ICollection<RegistrationEffect> effects)
    {
        switch (now.Phase)
        {
            case RegistrationPhase.Registering:
                return now with { TurnsBack = true };
            case RegistrationPhase.Unregistering:
                TurnBackAgain(now, RegistrationEffect.ConcludeRegistering, effects);
                return now with { TurnsBack = false };
            case RegistrationPhase.Registered or RegistrationPhase.Waiting:
                return now.Binding is null ? Rest(now, effects) : Unregister(now, effects);
            default:
                return Rest(now, effects);
        }
    }

    private static RegistrationSituation OnElapsed(RegistrationSituation now, RegistrationTimer timer, ICollection<RegistrationEffect> effects) => (timer, now.Phase) switch
    {
        (RegistrationTimer.Steady, _) => now with { Flaps = 0 },
        (RegistrationTimer.Refresh, RegistrationPhase.Registered) or (RegistrationTimer.Retry, RegistrationPhase.Waiting) => Send(now, effects),
        (RegistrationTimer.Expiry, RegistrationPhase.Registering or RegistrationPhase.Waiting) when now.Binding is not null => Lose(now, Expired(now), effects),
        (RegistrationTimer.Expiry, RegistrationPhase.Registered) => Send(Lose(now, Expired(now), effects), effects),
        _ => now,
    };

    private static RegistrationSituation OnFlowLost(RegistrationSituation now, double chance, ICollection<RegistrationEffect> effects)
    {
        if (now.Binding is null || now.Phase == RegistrationPhase.Unregistering)
        {
            return now;
        }

        // The answer to a REGISTER in progress brings a new flow. Otherwise a listener can still be reached, a flow cannot.
        RegistrationSituation after = now.IsBoundToFlow ? Lose(now, FlowEnded, effects) : now;
        if (now.Phase != RegistrationPhase.Registered)
        {
            return after;
        }

        effects.Add(RegistrationEffect.Stop(RegistrationTimer.Refresh));
        effects.Add(RegistrationEffect.Stop(RegistrationTimer.Steady));
        after = after with { Flaps = now.Flaps + 1 };
        if (now.Flaps == 0)
        {
            return Send(after, effects);
        }

        // RFC 5626 §4.5: a flow that did not last counts as a failure.
        effects.Add(RegistrationEffect.Start(RegistrationTimer.Retry, RegistrationTimes.Retry(now.Options, now.Flaps, null, chance)));
        return after with { Phase = RegistrationPhase.Waiting };
    }

    private static RegistrationSituation OnAccepted(RegistrationSituation now, RegistrarAnswer answer, double chance, ICollection<RegistrationEffect> effects)
    {
        if (Fault(answer) is { } fault)
        {
            return Fail(now.Binding is null ? now : Lose(now, fault, effects), fault, chance, effects);
        }

        RegistrationSituation bound = now with
        {
            Phase = RegistrationPhase.Registered,
            Binding = answer,
            HasRegistered = true,
            Failures = 0,
            Adaptations = 0,
            Problem = null,
        };
        effects.Add(RegistrationEffect.ConcludeRegistering);
        if (now.TurnsBack)
        {
            return Unregister(bound, effects);
        }

        TimeSpan granted = answer.Own!.Expiry < RegistrationTimes.LongestExpiry ? answer.Own.Expiry : RegistrationTimes.LongestExpiry;
        effects.Add(RegistrationEffect.Start(RegistrationTimer.Expiry, granted));
        effects.Add(RegistrationEffect.Start(
            RegistrationTimer.Refresh, RegistrationTimes.Refresh(granted, answer.NeedsNatRefresh ? now.Options.NatRefreshInterval : null, chance)));
        if (now.Flaps > 0)
        {
            effects.Add(RegistrationEffect.Start(RegistrationTimer.Steady, RegistrationTimes.Steady));
        }

        return bound;
    }

    private static RegistrationSituation OnRefused(RegistrationSituation now, RegistrarRefusal refusal, double chance, ICollection<RegistrationEffect> effects)
    {
        if (!now.TurnsBack && now.Adaptations < MostAdaptations)
        {
            // RFC 3261 §10.2.8.
            if (refusal.MinExpiry is { } least && least > now.Expiry && least <= RegistrationTimes.LongestExpiry)
            {
                return Send(now with { Expiry = least, Adaptations = now.Adaptations + 1 }, effects);
            }

            // RFC 5626 §4.2.1: without outbound the first hop may take it.
            if (refusal.ForbidsOutbound && now.UsesOutbound)
            {
                return Send(now with { UsesOutbound = false, Adaptations = now.Adaptations + 1 }, effects);
            }
        }

        return Fail(now, refusal.Problem, chance, effects);
    }

    private static RegistrationSituation Fail(RegistrationSituation now, RegistrationProblem problem, double chance, ICollection<RegistrationEffect> effects)
    {
        effects.Add(RegistrationEffect.ConcludeRegistering);
        RegistrationSituation failed = now with { Failures = now.Failures + 1, Adaptations = 0, Problem = problem };
        if (now.TurnsBack)
        {
            // What was not answered may have been taken.
            return failed.Binding is not null || problem.Error == ImageShareError.NoAnswer ? Unregister(failed, effects) : Rest(failed, effects);
        }

        if (problem.IsPermanent && !now.HasRegistered)
        {
            return failed with { Phase = RegistrationPhase.Refused };
        }

        // The same settings were good before, so the fault may be the registrar's: try again, but seldom.
        int failures = problem.IsPermanent ? int.MaxValue : failed.Failures;
        effects.Add(RegistrationEffect.Start(RegistrationTimer.Retry, RegistrationTimes.Retry(now.Options, failures, problem.RetryAfter, chance)));
        return failed with { Phase = RegistrationPhase.Waiting };
    }

    private static RegistrationSituation OnUnregistered(RegistrationSituation now, RegistrationInput input, ICollection<RegistrationEffect> effects)
    {
        effects.Add(RegistrationEffect.ConcludeUnregistering);
        if (now.TurnsBack)
        {
            return Send(new RegistrationSituation(now.Options), effects);
        }

        return now with
        {
            Phase = RegistrationPhase.Idle,
            Binding = null,
            Problem = input switch
            {
                RegistrationInput.Refused(var refusal) => refusal.Problem,
                RegistrationInput.Failed(var problem) => problem,
                _ => null,
            },
        };
    }

    private static RegistrationSituation Send(RegistrationSituation now, ICollection<RegistrationEffect> effects)
    {
        effects.Add(RegistrationEffect.Send(now.Expiry));
        return now with { Phase = RegistrationPhase.Registering, TurnsBack = false };
    }

    private static RegistrationSituation Unregister(RegistrationSituation now, ICollection<RegistrationEffect> effects)
    {
        StopTimers(effects);
        effects.Add(RegistrationEffect.Send(TimeSpan.Zero));
        return now with { Phase = RegistrationPhase.Unregistering, TurnsBack = false };
    }

    private static RegistrationSituation Rest(RegistrationSituation now, ICollection<RegistrationEffect> effects)
    {
        StopTimers(effects);
        effects.Add(RegistrationEffect.ConcludeUnregistering);
        return now with { Phase = RegistrationPhase.Idle, TurnsBack = false };
    }

    private static RegistrationSituation Lose(RegistrationSituation now, RegistrationProblem problem, ICollection<RegistrationEffect> effects)
    {
        effects.Add(RegistrationEffect.Stop(RegistrationTimer.Expiry));
        effects.Add(RegistrationEffect.ReportLoss);
        return now with { Binding = null, Problem = problem };
    }

    // What was to follow does not: whoever waits for it must not wait for ever.
    private static void TurnBackAgain(RegistrationSituation now, RegistrationEffect conclusion, ICollection<RegistrationEffect> effects)
    {
        if (now.TurnsBack)
        {
            effects.Add(conclusion);
        }
    }

    private static void StopTimers(ICollection<RegistrationEffect> effects)
    {
        foreach (RegistrationTimer timer in Enum.GetValues<RegistrationTimer>())
        {
            effects.Add(RegistrationEffect.Stop(timer));
        }
    }

    private static RegistrationProblem FlowEnded => new(
        ImageShareError.ConnectionLost, "The connection to the registrar was lost, and with it the registration; it is established again.");

    private static RegistrationProblem Expired(RegistrationSituation now) => now.Problem ?? new(
        ImageShareError.NoAnswer, "The registration expired before the registrar answered its refresh; it is tried again.");

    // RFC 3261 §10.2.4: the 200 lists the bindings, and ours is among them.
    private static RegistrationProblem? Fault(RegistrarAnswer answer)
    {
        const string Next = " Ask its operator, or look whether something between here and there rewrites the Contact.";
        string? fault = answer switch
        {
            { BindingCount: 0 } => "The registrar answered 200, but without any binding: nobody is registered." + Next,
            { Own: null } => $"The registrar answered 200, but the {answer.BindingCount} bindings it names are not of this client." + Next,
            { Own.Expiry.Ticks: 0 } => "The registrar answered 200, but the registration expires at once." + Next,
            { Own: var own } when own.Expiry < SipRegistrationOptions.ShortestExpiry =>
                $"The registrar registers for {own.Expiry.TotalSeconds} s only, too short to be kept up; ask its operator for at least {SipRegistrationOptions.ShortestExpiry.TotalSeconds} s.",
            _ => null,
        };
        return fault is null ? null : new RegistrationProblem(ImageShareError.RegistrationRefused, fault);
    }
}
