using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sip.Registration;
using ImageShare.Core.Sip.UserAgents;
using ImageShare.Core.Sip.UserAgents.Registration;

namespace ImageShare.Core;

/// <summary>The registration of a client: the one of its options, or the one the application began last. May be used from any thread.</summary>
internal sealed class ClientRegistration(SipUserAgent agent, ImageShareOptions options)
{
    private readonly Lock _gate = new();
    private volatile SipRegistration? _current;

    public event Action<SipRegistrationState>? Changed;

    public SipRegistrationState State => _current?.State ?? SipRegistrationState.None;

    /// <summary>Begins what the options ask for, without waiting for the outcome.</summary>
    public void Begin()
    {
        if (options.Registration is { } wanted)
        {
            lock (_gate)
            {
                Get(wanted).Begin();
            }
        }
    }

    public Task<SipRegistrationState> RegisterAsync(SipRegistrationOptions? wanted, CancellationToken cancellationToken)
    {
        // Until it has begun, other options could take its place.
        lock (_gate)
        {
            return Get(wanted ?? _current?.Options ?? options.Registration).RegisterAsync(cancellationToken);
        }
    }

    public Task<SipRegistrationState> UnregisterAsync(CancellationToken cancellationToken) =>
        _current?.UnregisterAsync(cancellationToken) ?? Task.FromResult(SipRegistrationState.None);

    /// <summary>Removes the binding as the client ends, for a bounded time. Never throws.</summary>
    public Task EndAsync() => _current?.EndAsync() ?? Task.CompletedTask;

    // Under the gate. IR.79 v1.2 §3.2: the Contact of REGISTER has the tags that those of OPTIONS and INVITE have.
    private SipRegistration Get(SipRegistrationOptions? wanted)
    {
        SipRegistration registration = agent.GetRegistration(wanted, new ServiceTags(options.Profile).Contact);
        if (registration != _current)
        {
            registration.Changed += (_, state) => Changed?.Invoke(state);
            _current = registration;
        }

        return registration;
    }
}
