using ImageShare.Core.Diagnostics;
using ImageShare.Core.Sip.Registration;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Sip.UserAgents.Registration;

/// <summary>What the application and the log are told of a registration. Set on the loop only; read by any thread.</summary>
internal sealed class PublishedState(ILogger logger, TimeProvider time)
{
    private volatile SipRegistrationState _state = SipRegistrationState.None;

    public event Action<SipRegistrationState>? Changed;

    public SipRegistrationState State => _state;

    /// <summary>Publishes a situation, if it differs from the one before in what is published.</summary>
    public void Set(RegistrationSituation situation, RegistrationTimers timers)
    {
        SipRegistrationState before = _state;
        SipRegistrationState now = Describe(situation, timers);
        if (now == before)
        {
            return;
        }

        _state = now;
        Log(before, now);
        try
        {
            Changed?.Invoke(now);
        }
        catch (Exception error)
        {
            // The application's code: the registration goes on.
            RegistrationLog.HandlerFailed(logger, error);
        }
    }

    public static void ReportLoss(ILogger logger, ImageShareError error)
    {
        RegistrationLog.Lost(logger, error);
        ImageShareTelemetry.RegistrationLost(error);
    }

    private static SipRegistrationState Describe(RegistrationSituation situation, RegistrationTimers timers)
    {
        RegistrationProblem? problem = situation.Problem;
        SipRegistrationState bound = situation.Binding is not { } answer ? SipRegistrationState.None : new SipRegistrationState
        {
            Bindings = answer.Bindings,
            BindingCount = answer.BindingCount,
            ServiceRoute = answer.ServiceRoute,
            AssociatedUris = answer.AssociatedUris,
            LearntAddress = answer.LearntAddress,
            IsBehindNat = answer.IsBehindNat,
            UsesOutbound = answer.UsesOutbound,
            RegisteredUntil = timers.Due(RegistrationTimer.Expiry),
        };
        return bound with
        {
            Status = situation.Status,
            RetryAt = timers.Due(RegistrationTimer.Retry),
            Error = problem?.Error ?? ImageShareError.None,
            Message = problem?.Message,
            SipStatus = problem?.SipStatus,
        };
    }

    private void Log(SipRegistrationState before, SipRegistrationState now)
    {
        if (before.Status != now.Status)
        {
            RegistrationLog.Changed(logger, before.Status, now.Status);
        }

        DateTimeOffset present = time.GetUtcNow();
        if (now.Message is { } message && message != before.Message)
        {
            if (now.RetryAt is { } next)
            {
                RegistrationLog.Failed(logger, now.Error, now.SipStatus, (next - present).TotalSeconds);
            }
            else
            {
                RegistrationLog.Failed(logger, now.Error, now.SipStatus);
            }

            RegistrationLog.WhySensitive(logger, message);
        }
        else if (now.IsRegistered && !before.IsRegistered && now.RegisteredUntil is { } until)
        {
            RegistrationLog.Registered(logger, (until - present).TotalSeconds, now.BindingCount);
        }
    }
}
