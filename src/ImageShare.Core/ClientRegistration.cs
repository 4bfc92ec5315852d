using ImageShare.Core.Diagnostics;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sip.Registration;
using ImageShare.Core.Sip.UserAgents;
using ImageShare.Core.Sip.UserAgents.Registration;

namespace ImageShare.Core;

/// <summary>The registration of a client: the one of its options, or the one the application began last. May be used from any thread.</summary>
internal sealed class ClientRegistration(SipUserAgent agent, ImageShareOptions options)
{
    private readonly Lock _gate = new();
    private readonly Lock _counting = new();
    private volatile SipRegistration? _current;
    private volatile bool _isWanted;
    private SipRegistrationStatus? _counted;
    private bool _hasEnded;

    public event Action<SipRegistrationState>? Changed;

    public SipRegistrationState State => _current?.State ?? SipRegistrationState.None;

    /// <summary>The state, if the client is to be registered; otherwise null.</summary>
    public SipRegistrationState? Wanted => _isWanted ? State : null;

    /// <summary>Begins what the options ask for, without waiting for the outcome.</summary>
    public void Begin()
    {
        if (options.Registration is { } wanted)
        {
            lock (_gate)
            {
                Get(wanted).Begin();
                _isWanted = true;
            }
        }
    }

    public Task<SipRegistrationState> RegisterAsync(SipRegistrationOptions? wanted, CancellationToken cancellationToken)
    {
        // Until it has begun, other options could take its place.
        lock (_gate)
        {
            Task<SipRegistrationState> registering = Get(wanted ?? _current?.Options ?? options.Registration).RegisterAsync(cancellationToken);
            _isWanted = true;
            return registering;
        }
    }

    public Task<SipRegistrationState> UnregisterAsync(CancellationToken cancellationToken)
    {
        _isWanted = false;
        return _current?.UnregisterAsync(cancellationToken) ?? Task.FromResult(SipRegistrationState.None);
    }

    /// <summary>Removes the binding as the client ends, for a bounded time. Never throws.</summary>
    public async Task EndAsync()
    {
        _isWanted = false;
        await (_current?.EndAsync() ?? Task.CompletedTask).ConfigureAwait(false);
        Count(null, isLast: true);
    }

    private void OnChanged(object? sender, SipRegistrationState state)
    {
        Count(state.Status is SipRegistrationStatus.Unregistered ? null : state.Status, isLast: false);
        Changed?.Invoke(state);
    }

    private void Count(SipRegistrationStatus? now, bool isLast)
    {
        lock (_counting)
        {
            if (!_hasEnded && _counted != now)
            {
                ImageShareTelemetry.RegistrationMoved(_counted, now);
                _counted = now;
            }

            _hasEnded |= isLast;
        }
    }

    // Under the gate. IR.79 v1.2 §3.2: the Contact of REGISTER has the tags that those of OPTIONS and INVITE have.
    private SipRegistration Get(SipRegistrationOptions? wanted)
    {
        SipRegistration registration = agent.GetRegistration(wanted, new ServiceTags(options.Profile).Contact);
        if (registration != _current)
        {
            registration.Changed += OnChanged;
            _current = registration;
        }

        return registration;
    }
}
