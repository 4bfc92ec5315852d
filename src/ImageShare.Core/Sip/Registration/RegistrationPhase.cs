namespace ImageShare.Core.Sip.Registration;

/// <summary>What a registration is doing.</summary>
internal enum RegistrationPhase
{
    /// <summary>Nothing.</summary>
    Idle,

    /// <summary>A REGISTER is in progress.</summary>
    Registering,

    /// <summary>There is a binding, which is refreshed in time.</summary>
    Registered,

    /// <summary>Waiting for the next attempt.</summary>
    Waiting,

    /// <summary>Refused for good.</summary>
    Refused,

    /// <summary>A REGISTER that removes the binding is in progress.</summary>
    Unregistering,
}
