using ImageShare.Core.Sip.Registration;

namespace ImageShare.Core.Sip.UserAgents.Registration;

/// <summary>The place of a registration at its agent, which has one at a time: one that does nothing may give it up to another, and cannot begin after that. Thread-safe.</summary>
internal sealed class RegistrationPlace(PublishedState published)
{
    private readonly Lock _gate = new();
    private int _beginning;
    private bool _isGivenUp;

    /// <summary>Whether it does nothing, and nobody has asked it to begin.</summary>
    public bool IsAtRest
    {
        get
        {
            lock (_gate)
            {
                return IsUnused;
            }
        }
    }

    // Between the call that begins and the loop that does it, the state does not say so yet.
    private bool IsUnused => _beginning == 0 && published.State.Status is SipRegistrationStatus.Unregistered or SipRegistrationStatus.Refused;

    /// <summary>It is asked to begin; <see cref="HasBegun"/> follows.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.InvalidState"/>: it has given up its place.</exception>
    public void Begin()
    {
        lock (_gate)
        {
            if (_isGivenUp)
            {
                throw new ImageShareException(ImageShareError.InvalidState, "This registration was replaced by one with other options; use that one.");
            }

            _beginning++;
        }
    }

    /// <summary>Its state says now that it has begun.</summary>
    public void HasBegun()
    {
        lock (_gate)
        {
            _beginning--;
        }
    }

    /// <summary>Gives up the place; false if it is in use.</summary>
    public bool TryGiveUp()
    {
        lock (_gate)
        {
            return _isGivenUp |= IsUnused;
        }
    }
}
