using ImageShare.Core.Sip.Transactions;

namespace ImageShare.Core.Tests.Sip.Transactions;

/// <summary>Drives a transaction machine along a virtual time line: timers fire at their instants, and every effect is noted with its time.</summary>
internal sealed class TransactionRun
{
    private readonly Func<TransactionState, TransactionInput, ICollection<TransactionEffect>, TransactionState> _step;
    private readonly Dictionary<TransactionTimer, TimeSpan> _timers = [];
    private readonly List<(double At, TransactionEffect Effect)> _log = [];

    private TransactionRun(
        Func<SipTimers, bool, ICollection<TransactionEffect>, TransactionState> start,
        Func<TransactionState, TransactionInput, ICollection<TransactionEffect>, TransactionState> step,
        bool reliable,
        SipTimers? timers)
    {
        _step = step;
        var effects = new List<TransactionEffect>();
        State = start(timers ?? SipTimers.Default, reliable, effects);
        Perform(effects);
    }

    public TransactionState State { get; private set; }

    public TimeSpan Now { get; private set; }

    public bool IsOver => State.Phase == TransactionPhase.Terminated;

    public int ArmedTimers => _timers.Count;

    public TransactionEnd? End => _log.Where(e => e.Effect.Kind == TransactionEffectKind.Terminate).Select(e => (TransactionEnd?)e.Effect.End).SingleOrDefault();

    public static TransactionRun InviteClient(bool reliable = false, SipTimers? timers = null) =>
        new(InviteClientMachine.Start, InviteClientMachine.Step, reliable, timers);

    public static TransactionRun NonInviteClient(bool reliable = false, SipTimers? timers = null) =>
        new(NonInviteClientMachine.Start, NonInviteClientMachine.Step, reliable, timers);

    public static TransactionRun InviteServer(bool reliable = false, SipTimers? timers = null) =>
        new(InviteServerMachine.Start, InviteServerMachine.Step, reliable, timers);

    public static TransactionRun NonInviteServer(bool reliable = false, SipTimers? timers = null) =>
        new(NonInviteServerMachine.Start, NonInviteServerMachine.Step, reliable, timers);

    /// <summary>Gives one input and returns the effects it had.</summary>
    public List<TransactionEffect> Give(TransactionInput input)
    {
        var effects = new List<TransactionEffect>();
        State = _step(State, input, effects);
        Perform(effects);
        return effects;
    }

    public List<TransactionEffectKind> Kinds(TransactionInput input) => [.. Give(input).Select(e => e.Kind)];

    /// <summary>Lets time pass up to that second of the run.</summary>
    public void RunTo(double second)
    {
        TimeSpan target = TimeSpan.FromSeconds(second);
        while (_timers.Count > 0 && _timers.MinBy(t => t.Value) is var next && next.Value <= target)
        {
            Now = next.Value;
            _timers.Remove(next.Key);
            Give(TransactionInput.Fired(next.Key));
        }

        Now = target;
    }

    /// <summary>The seconds at which effects of that kind happened.</summary>
    public double[] TimesOf(params TransactionEffectKind[] kinds) => [.. _log.Where(e => kinds.Contains(e.Effect.Kind)).Select(e => e.At)];

    private void Perform(List<TransactionEffect> effects)
    {
        foreach (TransactionEffect effect in effects)
        {
            _log.Add((Now.TotalSeconds, effect));
            switch (effect.Kind)
            {
                case TransactionEffectKind.StartTimer:
                    _timers[effect.Timer] = Now + effect.Duration;
                    break;
                case TransactionEffectKind.StopTimer:
                    // A machine stops only what it started, or a timer that never ran would hide a mistake.
                    _timers.Remove(effect.Timer);
                    break;
                case TransactionEffectKind.Terminate:
                    _timers.Clear();
                    break;
            }
        }
    }
}
