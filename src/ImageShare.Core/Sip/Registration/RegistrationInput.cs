namespace ImageShare.Core.Sip.Registration;

/// <summary>What can happen to a registration.</summary>
internal abstract record RegistrationInput
{
    private RegistrationInput()
    {
    }

    /// <summary>The application wants to be registered, or to be registered anew at once.</summary>
    internal sealed record Begin : RegistrationInput;

    /// <summary>The application does not want to be registered any more.</summary>
    internal sealed record End : RegistrationInput;

    /// <summary>The registrar answered a REGISTER with 2xx.</summary>
    internal sealed record Accepted(RegistrarAnswer Answer) : RegistrationInput;

    /// <summary>The registrar answered with another final response.</summary>
    internal sealed record Refused(RegistrarRefusal Refusal) : RegistrationInput;

    /// <summary>There was no answer, or the REGISTER could not be sent.</summary>
    internal sealed record Failed(RegistrationProblem Problem) : RegistrationInput;

    /// <summary>A timer is over.</summary>
    internal sealed record Elapsed(RegistrationTimer Timer) : RegistrationInput;

    /// <summary>The connection of the binding is lost.</summary>
    internal sealed record FlowLost : RegistrationInput;
}
