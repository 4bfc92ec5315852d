using FsCheck;
using FsCheck.Fluent;
using ImageShare.Core.Sip.Transactions;

namespace ImageShare.Core.Tests.Sip.Transactions;

[TestFixture]
public sealed class TransactionMachineTests
{
    private static readonly int[] Statuses = [100, 180, 199, 200, 299, 302, 404, 408, 486, 500, 603, 699];

    /// <summary>Whatever happens in whatever order: at most one end, no effect after it, and once the inputs stop every run ends by itself or holds no timer.</summary>
    [Test]
    public void Any_order_of_inputs_leaves_no_timer_behind()
    {
        Gen<TransactionInput> input = Gen.OneOf(
            Gen.Elements(Statuses).Select(TransactionInput.Received),
            Gen.Elements(Statuses).Select(TransactionInput.Respond),
            Gen.Elements(TransactionInput.Request, TransactionInput.Ack, TransactionInput.TransportFailed),
            Gen.Elements(Enum.GetValues<TransactionTimer>()).Select(TransactionInput.Fired));
        Gen<(int Machine, bool Reliable, TransactionInput[] Inputs)> run =
            from machine in Gen.Choose(0, 3)
            from reliable in Gen.Elements(true, false)
            from inputs in Gen.ListOf(input)
            select (machine, reliable, inputs.ToArray());
        Prop.ForAll(run.ToArbitrary(), r =>
        {
            TransactionRun driven = r.Machine switch
            {
                0 => TransactionRun.InviteClient(r.Reliable),
                1 => TransactionRun.NonInviteClient(r.Reliable),
                2 => TransactionRun.InviteServer(r.Reliable),
                _ => TransactionRun.NonInviteServer(r.Reliable),
            };
            bool quietAfterEnd = true;
            foreach (TransactionInput next in r.Inputs)
            {
                bool over = driven.IsOver;
                quietAfterEnd &= driven.Give(next).Count == 0 || !over;
            }

            driven.RunTo(10_000);
            return quietAfterEnd && driven.ArmedTimers == 0 && driven.TimesOf(TransactionEffectKind.Terminate).Length <= 1;
        }).QuickCheckThrowOnFailure();
    }

    [TestCase(0, false)]
    [TestCase(1, true)]
    [TestCase(3_599_999, true)]
    [TestCase(3_600_000, false)]
    public void A_timer_is_longer_than_nothing_and_shorter_than_an_hour(int milliseconds, bool isTaken)
    {
        TimeSpan value = TimeSpan.FromMilliseconds(milliseconds);
        foreach (Func<SipTimers> set in (Func<SipTimers>[])[() => new() { T1 = value }, () => new() { T2 = value }, () => new() { T4 = value }])
        {
            Assert.That(() => set(), isTaken ? Throws.Nothing : Throws.TypeOf<ArgumentOutOfRangeException>());
        }
    }
}
