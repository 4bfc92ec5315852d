using ImageShare.Core.Sip.Registration;

namespace ImageShare.Core.Sip.UserAgents.Registration;

/// <summary>Those who wait for a registration, or for its end. On the loop only.</summary>
internal sealed class RegistrationWaiters
{
    /// <summary>Those who wait for the outcome of an attempt.</summary>
    public List<TaskCompletionSource<SipRegistrationState>> Registering { get; } = [];

    /// <summary>Those who wait until the binding is removed.</summary>
    public List<TaskCompletionSource<SipRegistrationState>> Unregistering { get; } = [];

    /// <summary>Tells them what an effect concludes. After the step: the situation says how it ended.</summary>
    public void Tell(RegistrationEffectKind kind, RegistrationSituation situation, SipRegistrationState state)
    {
        if (kind == RegistrationEffectKind.ConcludeUnregistering)
        {
            Conclude(Unregistering, waiter => waiter.TrySetResult(state));
        }
        else if (kind == RegistrationEffectKind.ConcludeRegistering && situation.Phase == RegistrationPhase.Registered)
        {
            Conclude(Registering, waiter => waiter.TrySetResult(state));
        }
        else if (kind == RegistrationEffectKind.ConcludeRegistering)
        {
            // In any other phase it is to be removed again, whatever the registrar said.
            ImageShareException error = situation is { Phase: RegistrationPhase.Waiting or RegistrationPhase.Refused, Problem: { } problem }
                ? problem.ToException()
                : new ImageShareException(ImageShareError.InvalidState, "The registration was ended meanwhile; register again if that is not intended.");
            Conclude(Registering, waiter => waiter.TrySetException(error));
        }
    }

    /// <summary>The agent closes.</summary>
    public void Fail(ImageShareException reason)
    {
        Conclude(Registering, waiter => waiter.TrySetException(reason));
        Conclude(Unregistering, waiter => waiter.TrySetException(reason));
    }

    private static void Conclude(List<TaskCompletionSource<SipRegistrationState>> waiters, Action<TaskCompletionSource<SipRegistrationState>> result)
    {
        waiters.ForEach(result);
        waiters.Clear();
    }
}
