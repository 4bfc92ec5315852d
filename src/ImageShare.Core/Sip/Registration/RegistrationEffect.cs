namespace ImageShare.Core.Sip.Registration;

/// <summary>The timers of a registration.</summary>
internal enum RegistrationTimer
{
    /// <summary>Until the registration is refreshed.</summary>
    Refresh,

    /// <summary>Until the binding expires.</summary>
    Expiry,

    /// <summary>Until the next attempt after a failed one.</summary>
    Retry,

    /// <summary>Until a connection counts as one that lasts.</summary>
    Steady,
}

/// <summary>What the owner of a registration machine has to do.</summary>
internal enum RegistrationEffectKind
{
    /// <summary>Send a REGISTER that asks for an expiry; zero removes the binding.</summary>
    Send,

    /// <summary>Start or restart a timer.</summary>
    StartTimer,

    /// <summary>Stop a timer.</summary>
    StopTimer,

    /// <summary>Whoever waits for the registration gets its result, which is in the state.</summary>
    ConcludeRegistering,

    /// <summary>Whoever waits for its removal is done.</summary>
    ConcludeUnregistering,

    /// <summary>The binding is lost; the reason is in the state.</summary>
    ReportLoss,
}

/// <summary>One thing to do, an output of the registration machine. Effects are performed in their order.</summary>
internal readonly record struct RegistrationEffect(RegistrationEffectKind Kind, RegistrationTimer Timer = default, TimeSpan Duration = default)
{
    public static RegistrationEffect ConcludeRegistering => new(RegistrationEffectKind.ConcludeRegistering);

    public static RegistrationEffect ConcludeUnregistering => new(RegistrationEffectKind.ConcludeUnregistering);

    public static RegistrationEffect ReportLoss => new(RegistrationEffectKind.ReportLoss);

    public static RegistrationEffect Send(TimeSpan expiry) => new(RegistrationEffectKind.Send, Duration: expiry);

    public static RegistrationEffect Start(RegistrationTimer timer, TimeSpan duration) => new(RegistrationEffectKind.StartTimer, timer, duration);

    public static RegistrationEffect Stop(RegistrationTimer timer) => new(RegistrationEffectKind.StopTimer, timer);
}
